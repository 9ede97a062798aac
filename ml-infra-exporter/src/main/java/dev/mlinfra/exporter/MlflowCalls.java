package dev.mlinfra.exporter;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.storage.mlflow.MlflowApi;
import dev.mlinfra.storage.mlflow.MlflowRefused;
import dev.mlinfra.storage.mlflow.MlflowSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** The calls to MLflow, each counted and timed. Thread-safe. */
final class MlflowCalls implements AutoCloseable {
  private static final int MAX_ANSWER_BYTES = 32 << 20;

  private final MlflowOptions options;
  private final MlflowApi api;
  private final ConcurrentMap<String, LongAdder> requests = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, LongAdder> errors = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Double> latency = new ConcurrentHashMap<>();

  MlflowCalls(MlflowOptions options) {
    this.options = options;
    this.api =
        MlflowApi.at(
            options.url().toString(),
            options
                .password()
                .map(password -> MlflowApi.basic(options.username().orElse(""), password))
                .orElse(null),
            options.pace().timeout(),
            // each look ends by its own deadline, before the server's silence would end it
            options.pace().timeout().multipliedBy(2L * Probe.DETAILS_TAKE),
            MAX_ANSWER_BYTES);
  }

  /** Makes one call, which is named so in metrics and messages. */
  <T> T call(String name, Deadline deadline, Function<MlflowSession, T> call) {
    requests.computeIfAbsent(name, key -> new LongAdder()).increment();
    long start = System.nanoTime();
    boolean good = false;
    try {
      T answer = call.apply(api.session(name, deadline.left(subject(name))));
      took(name, start);
      good = true;
      return answer;
    } catch (MlflowRefused e) {
      took(name, start);
      throw translate(name, e);
    } catch (TimedOutException e) {
      throw deadline.timedOut(subject(name), e);
    } finally {
      if (!good) {
        errors.computeIfAbsent(name, key -> new LongAdder()).increment();
      }
    }
  }

  List<Sample> counters() {
    List<Sample> samples = new ArrayList<>();
    for (Map.Entry<String, LongAdder> entry : requests.entrySet()) {
      String call = entry.getKey();
      LongAdder failed = errors.getOrDefault(call, new LongAdder());
      samples.add(Sample.of(Metric.MLFLOW_API_REQUESTS, entry.getValue().sum(), call));
      samples.add(Sample.of(Metric.MLFLOW_API_ERRORS, failed.sum(), call));
    }
    latency.forEach((call, time) -> samples.add(Sample.of(Metric.MLFLOW_API_LATENCY, time, call)));
    return samples;
  }

  @Override
  public void close() {
    api.close();
  }

  private void took(String name, long start) {
    latency.put(name, (System.nanoTime() - start) / 1e9);
  }

  private MlInfraException translate(String name, MlflowRefused refused) {
    String line = subject(name) + " " + refused.getMessage();
    int status = refused.status();
    if (status == 401 || status == 403) {
      return new ConfigException(
          line
              + "; check mlflow.username and its password, and for 403 that the server's"
              + " --allowed-hosts lists '"
              + options.url().getAuthority()
              + "'",
          refused);
    }
    if (status >= 500 || status == 429) {
      return new UnavailableException(line + "; look at the server's log", refused);
    }
    return new CorruptDataException(
        refused.saysWhatToDo()
            ? line
            : line + "; check that mlflow.url is the root of an MLflow server",
        refused);
  }

  private String subject(String name) {
    return "mlflow '" + options.url() + "' " + name;
  }
}
