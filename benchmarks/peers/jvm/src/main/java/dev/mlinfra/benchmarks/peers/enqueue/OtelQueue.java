package dev.mlinfra.benchmarks.peers.enqueue;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/** The end of a span in OpenTelemetry's batch processor, whose exporter drops what it gets. */
final class OtelQueue implements Queue {
  private static final int FEATURES = 64;

  private final BatchSpanProcessor processor;
  private final SdkTracerProvider provider;
  private final ReadableSpan span;
  private final boolean drains;

  private OtelQueue(SpanExporter exporter, boolean drains) {
    this.processor = BatchSpanProcessor.builder(exporter).setMaxQueueSize(65_536).build();
    this.drains = drains;
    this.provider = SdkTracerProvider.builder().addSpanProcessor(processor).build();
    Span started = provider.get("bench").spanBuilder("decision").startSpan();
    for (int i = 0; i < FEATURES; i++) {
      started.setAttribute("feature." + i, i / 64.0);
    }
    this.span = (ReadableSpan) started;
  }

  static OtelQueue draining() {
    return new OtelQueue(new Dropping(CompletableResultCode.ofSuccess()), true);
  }

  static OtelQueue full() {
    OtelQueue queue = new OtelQueue(new Dropping(new CompletableResultCode()), false);
    for (int i = 0; i < 200_000; i++) {
      queue.offer();
    }
    return queue;
  }

  private record Dropping(CompletableResultCode result) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      return result;
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

  @Override
  public Object offer() {
    processor.onEnd(span);
    return span;
  }

  @Override
  public void drain() {
    if (drains) {
      processor.forceFlush().join(1, TimeUnit.MINUTES);
    }
  }

  @Override
  public void close() {
    if (drains) {
      provider.close();
    }
  }
}
