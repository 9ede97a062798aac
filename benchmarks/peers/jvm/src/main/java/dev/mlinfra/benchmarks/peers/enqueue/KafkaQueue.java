package dev.mlinfra.benchmarks.peers.enqueue;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's producer with no broker; a second of its patience instead of the minute that it has. */
final class KafkaQueue implements Queue {
  private final KafkaProducer<byte[], byte[]> producer =
      new KafkaProducer<>(
          Map.of("bootstrap.servers", "127.0.0.1:1", "max.block.ms", "1000"),
          new ByteArraySerializer(),
          new ByteArraySerializer());
  private final byte[] value = new byte[700];

  @Override
  public Object offer() {
    return producer.send(new ProducerRecord<>("decisions", value));
  }

  @Override
  public void drain() {}

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
