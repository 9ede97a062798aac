package dev.mlinfra.benchmarks.peers.enqueue;

import com.sun.management.ThreadMXBean;
import dev.mlinfra.benchmarks.peers.Console;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Paced calls and many threads. Orders: {@code paced QUEUE PER_SECOND SECONDS}, answered by the
 * mean, 99.9 % and the greatest in nanoseconds; {@code threads QUEUE THREADS}, answered by the
 * nanoseconds of one call, the calls of all threads in a microsecond, and the bytes that the caller
 * of one allocates; {@code drain QUEUE}.
 */
public final class Enqueue {
  private static final int BURST = 60_000;
  private static final int BURSTS = 3;
  private static final long INTERRUPTED_NANOS = 50_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Map<String, Queue> queues = new HashMap<>();

  private Enqueue() {}

  /** Runs until {@code end}. */
  public static void main(String[] args) throws Exception {
    Enqueue enqueue = new Enqueue();
    Console.serve(enqueue::answer);
    Runtime.getRuntime().halt(0); // a stopped server would hold the close
  }

  private Object answer(String... words) throws InterruptedException {
    Queue queue = queues.computeIfAbsent(words[1], Queue::named);
    if (words[0].equals("paced")) {
      return paced(queue, Integer.parseInt(words[2]), Integer.parseInt(words[3]));
    }
    if (words[0].equals("drain")) {
      queue.drain();
      return "drained";
    }
    return threads(queue, Integer.parseInt(words[2]));
  }

  /** Calls keep to a schedule; each is measured alone, so that a late one does not count twice. */
  private static String paced(Queue queue, int perSecond, int seconds) {
    long between = 1_000_000_000L / perSecond;
    long calls = (long) perSecond * seconds;
    Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    Histogram clock = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    Object last = "";
    long next = System.nanoTime();
    for (long i = 0; i < calls; i++) {
      next += between;
      long start = System.nanoTime();
      while (start < next) {
        Thread.onSpinWait();
        start = System.nanoTime();
      }
      last = queue.offer();
      long end = System.nanoTime();
      nanos.recordValue(end - start);
      clock.recordValue(System.nanoTime() - end);
    }
    return "%.1f %d %d%s"
        .formatted(
            Math.max(0.1, mean(nanos) - mean(clock)),
            nanos.getValueAtPercentile(99.9),
            nanos.getMaxValue(),
            last == null ? " nothing" : "");
  }

  /** With every wake-up of a consumer, and without what others on the machine took away. */
  private static double mean(Histogram nanos) {
    double sum = 0;
    long count = 0;
    for (HistogramIterationValue step : nanos.recordedValues()) {
      if (step.getValueIteratedTo() <= INTERRUPTED_NANOS) {
        sum += (double) step.getValueIteratedTo() * step.getCountAtValueIteratedTo();
        count += step.getCountAtValueIteratedTo();
      }
    }
    return sum / count;
  }

  private static String threads(Queue queue, int count) throws InterruptedException {
    long busy = 0;
    long wall = 0;
    long bytes = 0;
    for (int burst = 0; burst < BURSTS; burst++) {
      queue.drain();
      CountDownLatch go = new CountDownLatch(1);
      List<Caller> callers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        callers.add(new Caller(queue, go, BURST / count));
      }
      callers.forEach(Thread::start);
      long start = System.nanoTime();
      go.countDown();
      for (Caller caller : callers) {
        caller.join();
        busy += caller.nanos;
        bytes += caller.bytes;
      }
      wall += System.nanoTime() - start;
    }
    double calls = (double) (BURST / count) * BURSTS * count;
    return "%.1f %.2f %.2f".formatted(busy / calls, calls * 1e3 / wall, bytes / calls);
  }

  private static final class Caller extends Thread {
    private final Queue queue;
    private final CountDownLatch go;
    private final int calls;
    private volatile long nanos;
    private volatile long bytes;

    Caller(Queue queue, CountDownLatch go, int calls) {
      super("caller");
      this.queue = queue;
      this.go = go;
      this.calls = calls;
    }

    @Override
    public void run() {
      try {
        go.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      Object last = "";
      for (int i = 0; i < calls; i++) {
        last = queue.offer();
      }
      nanos = System.nanoTime() - start + (last == null ? 1 : 0);
      bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    }
  }
}
