package dev.mlinfra.benchmarks.peers.host;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.secret.Secret;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * A service that scores 80 items for each request: alone, logged by ours, by ours with a linger of
 * half a second, and traced.
 */
final class Handlers implements AutoCloseable {
  private static final int FEATURES = 64;
  private static final int ITEMS = 80;

  private static final Duration LONG_LINGER = Duration.ofMillis(500);

  private final MlInfra ml;
  private final MlInfra lingering;
  private final SdkTracerProvider tracing =
      SdkTracerProvider.builder()
          .addSpanProcessor(BatchSpanProcessor.builder(new Dropping()).build())
          .build();
  private final Tracer tracer = tracing.get("bench");
  private final HttpService service;
  private final float[][] weights = new float[ITEMS][FEATURES];

  Handlers(Server postgres) {
    this.ml = connect(postgres, BufferOptions.defaults());
    this.lingering = connect(postgres, BufferOptions.builder().linger(LONG_LINGER).build());
    for (float[] row : weights) {
      fill(row);
    }
    this.service =
        new HttpService(
            Map.of(
                "/alone", answering(this::alone),
                "/logged", answering(features -> logged(ml.decisions(), features)),
                "/lingering", answering(features -> logged(lingering.decisions(), features)),
                "/traced", answering(this::traced)));
  }

  int port() {
    return service.port();
  }

  /** Waits until everything is stored. */
  String settle() {
    boolean stored = true;
    for (MlInfra one : List.of(ml, lingering)) {
      stored &= one.decisions().flush(Duration.ofMinutes(1));
    }
    return stored + " " + ml.decisions().ledger() + " " + lingering.decisions().ledger();
  }

  private static MlInfra connect(Server postgres, BufferOptions options) {
    return MlInfra.connect(
            MlInfraConfig.forService("bench")
                .decisions(options)
                .install(
                    Postgres.at(postgres.url())
                        .user(postgres.user())
                        .password(Secret.of(postgres.password())))
                .build())
        .ensureSchema();
  }

  private interface Decider {
    int decide(float[] features);
  }

  private static Supplier<String> answering(Decider decider) {
    return () -> {
      float[] features = new float[FEATURES];
      fill(features);
      return "item-" + decider.decide(features);
    };
  }

  private int alone(float[] features) {
    int best = 0;
    float most = Float.NEGATIVE_INFINITY;
    for (int item = 0; item < ITEMS; item++) {
      float score = 0;
      for (int i = 0; i < FEATURES; i++) {
        score += weights[item][i] * features[i];
      }
      if (score > most) {
        most = score;
        best = item;
      }
    }
    return best;
  }

  private int logged(DecisionLog log, float[] features) {
    int item = alone(features);
    log.log(
        Decision.by("ranker")
            .model("bts", "17")
            .action("item-" + item)
            .propensity(0.0125)
            .features(features)
            .context("position", "left")
            .build());
    return item;
  }

  private int traced(float[] features) {
    Span span = tracer.spanBuilder("decision").startSpan();
    int item = alone(features);
    span.setAttribute("model", "bts");
    span.setAttribute("version", "17");
    span.setAttribute("action", "item-" + item);
    span.setAttribute("propensity", 0.0125);
    span.setAttribute("position", "left");
    span.end();
    return item;
  }

  private static void fill(float[] values) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
  }

  @Override
  public void close() {
    service.close();
    tracing.close();
    lingering.close();
    ml.close();
  }

  private static final class Dropping implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
