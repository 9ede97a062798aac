package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.training.TrainingFormat;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingSet;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Training sets as text. */
final class Exports {
  private Exports() {}

  static String text(MlInfra ml, TrainingQuery query, TrainingFormat format) {
    return text(ml.training().set(query), format);
  }

  static String text(TrainingSet set, TrainingFormat format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    set.write(format, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  /** The records of a CSV without line breaks in its fields. */
  static List<String> rows(MlInfra ml, TrainingQuery query) {
    return text(ml, query, TrainingFormat.CSV).lines().skip(1).toList();
  }
}
