package dev.mlinfra.integration;

import java.util.List;
import java.util.Random;

/**
 * Something that goes wrong, and how it ends.
 *
 * @param name what is printed
 * @param strike begins it
 * @param heal ends it
 */
record ChaosFault(String name, Step strike, Step heal) {
  private static final int BURST = 20_000;

  /** A part of a fault. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  /** Faults of PostgreSQL and of the line to it, of which one at a time makes sense. */
  static List<ChaosFault> serverFaults(ChaosWorld world, Random random) {
    return List.of(
        new ChaosFault("server hangs", world.postgres()::stop, world.postgres()::cont),
        new ChaosFault("server is killed", world.postgres()::kill, world.postgres()::restart),
        new ChaosFault("server hangs and is killed", world::hangAndKill, world.postgres()::restart),
        new ChaosFault(
            "server is read-only", () -> world.readOnly(true), () -> world.readOnly(false)),
        new ChaosFault("table is locked", world::lock, world::unlock),
        new ChaosFault("no connection is left", world.hogs()::takeAll, world.hogs()::close),
        new ChaosFault("line is silent", world.proxy()::silence, world.proxy()::heal),
        new ChaosFault(
            "line goes silent inside a batch", world.proxy()::silenceMidBatch, world.proxy()::heal),
        new ChaosFault(
            "replies to commits are lost",
            () -> world.proxy().swallowCommits(1 + random.nextInt(5)),
            () -> world.proxy().swallowReply("", 0)),
        new ChaosFault(
            "backends are terminated", world::terminateBackends, world::terminateBackends));
  }

  /** Faults of the hosts and of their disks. */
  static List<ChaosFault> hostFaults(ChaosWorld world, Random random) {
    return List.of(
        new ChaosFault("overload", () -> world.burst(BURST), () -> world.burst(BURST)),
        new ChaosFault("poison", () -> world.poison(1 + random.nextInt(20)), () -> world.poison(1)),
        new ChaosFault("host is killed", world::killHost, world::startHost),
        new ChaosFault("host pauses", world::pause, world::resume),
        new ChaosFault(
            "spool directory is gone",
            world::takeSpoolAway,
            () -> world.giveSpoolBack(random.nextBoolean())));
  }
}
