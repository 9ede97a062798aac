package dev.mlinfra.examples.quickstart;

import java.util.Locale;

/** The two policies that chose items in that week, each on its share of the traffic. */
enum Policy {
  /** Bernoulli Thompson sampling, which learns while it shows. */
  BTS("2019-11"),
  /** Every item with the same probability. */
  RANDOM("1");

  private final String version;

  Policy(String version) {
    this.version = version;
  }

  /** The model's name in the decision log and in the data's file names. */
  String model() {
    return name().toLowerCase(Locale.ROOT);
  }

  String version() {
    return version;
  }
}
