package dev.mlinfra.benchmarks.peers.enqueue;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * One thread hands over 5,000 values back to back; the queue is empty before each burst. What
 * counts is the median of the bursts, as nanoseconds of one value.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"})
public class BurstBenchmark {
  static final int BURST = 5_000;

  /** Which queue. */
  @Param("ours")
  public String queue = "";

  private Queue opened = new CounterQueue();

  /** Opens it. */
  @Setup
  public void open() {
    opened = Queue.named(queue);
  }

  /** Empties it. */
  @Setup(Level.Invocation)
  public void drain() {
    opened.drain();
  }

  /** What is measured. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public void burst(Blackhole hole) {
    for (int i = 0; i < BURST; i++) {
      hole.consume(opened.offer());
    }
  }

  /** Ends it. */
  @TearDown
  public void close() {
    opened.close();
  }
}
