-- What was decided, and what came of it.

CREATE TABLE IF NOT EXISTS "${schema}".agent_decisions (
  decision_id      uuid        NOT NULL,
  decided_at       timestamptz NOT NULL,
  agent            text        NOT NULL,
  mode             text        NOT NULL CHECK (mode IN ('LIVE', 'SHADOW', 'APPRENTICE')),
  model            text        NOT NULL,
  model_version    text        NOT NULL,
  action           text        NOT NULL,
  propensity       float8      NOT NULL CHECK (propensity > 0 AND propensity <= 1),
  pass_probability float8      NOT NULL DEFAULT 1 CHECK (pass_probability > 0 AND pass_probability <= 1),
  score            float8,
  baseline_action  text,
  features         real[],
  feature_set      text,
  context          jsonb,
  latency_us       bigint,
  source           text        NOT NULL,
  source_sequence  bigint      NOT NULL,
  stored_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (decision_id, decided_at)
);

CREATE INDEX IF NOT EXISTS agent_decisions_decided_at
  ON "${schema}".agent_decisions USING brin (decided_at);

CREATE INDEX IF NOT EXISTS agent_decisions_agent
  ON "${schema}".agent_decisions (agent, decided_at);

-- No foreign key: feedback may come before its decision.
CREATE TABLE IF NOT EXISTS "${schema}".agent_feedback (
  feedback_id uuid        PRIMARY KEY,
  decision_id uuid        NOT NULL,
  kind        text        NOT NULL,
  reward      float8      NOT NULL,
  label       text,
  observed_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  source      text        NOT NULL
);

CREATE INDEX IF NOT EXISTS agent_feedback_decision
  ON "${schema}".agent_feedback (decision_id);
