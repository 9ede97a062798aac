package dev.mlinfra.integration;

import java.util.List;
import java.util.UUID;

/** What a database holds of one agent, past the library. */
record StoredRows(Sql sql, String schema, String agent) {
  static StoredRows of(Sql sql, String agent) {
    return new StoredRows(sql, "ml_learning", agent);
  }

  List<UUID> decisions() {
    return sql.ids("SELECT decision_id FROM " + schema + ".agent_decisions WHERE agent = ?", agent);
  }

  /** The ids of feedback whose kind is the agent's name. */
  List<UUID> feedbackOfItsKind() {
    return sql.ids("SELECT feedback_id FROM " + schema + ".agent_feedback WHERE kind = ?", agent);
  }

  List<UUID> activations() {
    return sql.ids(
        "SELECT decision_id FROM "
            + schema
            + ".agent_activations JOIN "
            + schema
            + ".agent_decisions USING (decision_id) WHERE agent = ?",
        agent);
  }

  /** Decisions that became dead letters. */
  List<UUID> parked() {
    return sql.ids(
        "SELECT subject_id FROM " + schema + ".dead_letters WHERE payload LIKE ?",
        "agent=" + agent + " %");
  }
}
