package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfra;
import dev.mlinfra.health.HealthReport;
import dev.mlinfra.health.InventoryItem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the servers say that they hold.
 *
 * @param policies the decisions and clicks of each policy
 * @param inventory everything that every component counts
 * @param health how every component is
 */
record ServerCounts(
    Map<Policy, PolicyCounts> policies, List<InventoryItem> inventory, HealthReport health) {

  static ServerCounts read(MlInfra ml) {
    Map<Policy, PolicyCounts> policies = new EnumMap<>(Policy.class);
    for (Policy policy : Policy.values()) {
      policies.put(policy, PolicyCounts.read(ml.history(), policy));
    }
    return new ServerCounts(Collections.unmodifiableMap(policies), ml.inventory(), ml.health());
  }

  String description() {
    return "%,d decisions and %d clicks, %d counts of %d components"
        .formatted(decisions(), feedback(), inventory.size(), health.components().size());
  }

  long decisions() {
    return policies.values().stream().mapToLong(PolicyCounts::decisions).sum();
  }

  long feedback() {
    return policies.values().stream().mapToLong(PolicyCounts::feedback).sum();
  }

  /** Counts of that name in all components together. */
  long counted(String name) {
    return inventory.stream()
        .filter(item -> item.name().equals(name))
        .mapToLong(InventoryItem::value)
        .sum();
  }

  void print(Report report) {
    List<Map.Entry<String, String>> rows = new ArrayList<>();
    policies.forEach((policy, counts) -> rows.add(Map.entry(policy.model(), describe(counts))));
    report.table("What the policies achieved, read from the database", rows);
    report.table(
        "What the servers hold",
        inventory.stream()
            .map(item -> Map.entry(item.component() + " " + item.name(), describe(item)))
            .toList());
    report.table(
        "How they are",
        health.components().stream()
            .map(it -> Map.entry(it.component(), it.status() + "  " + it.detail()))
            .toList());
  }

  private static String describe(PolicyCounts counts) {
    return String.format(
        Locale.ROOT,
        "%,8d decisions %6d clicks   click rate %.4f",
        counts.decisions(),
        counts.feedback(),
        counts.clickRate());
  }

  private static String describe(InventoryItem item) {
    return String.format(Locale.ROOT, "%,12d %s", item.value(), item.unit());
  }
}
