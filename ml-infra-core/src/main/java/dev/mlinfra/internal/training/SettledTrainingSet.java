package dev.mlinfra.internal.training;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.training.TrainingFormat;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingRow;
import dev.mlinfra.training.TrainingSet;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Writes each row as it is read; holds one at a time. */
final class SettledTrainingSet implements TrainingSet {
  private static final int BUFFER_CHARS = 16_384;

  private final TrainingReader reader;
  private final TrainingQuery query;
  private final TrainingColumns columns;
  private final SettledTrainingSets sets;

  SettledTrainingSet(
      TrainingReader reader,
      TrainingQuery query,
      TrainingColumns columns,
      SettledTrainingSets sets) {
    this.reader = reader;
    this.query = query;
    this.columns = columns;
    this.sets = sets;
  }

  @Override
  public TrainingQuery query() {
    return query;
  }

  @Override
  public List<String> columns() {
    return columns.names();
  }

  @Override
  public long forEach(Consumer<TrainingRow> rows) {
    RowAnswers answers = new RowAnswers(query, sets.views(query));
    return reader.read(query, joined -> rows.accept(answers.row(joined)));
  }

  @Override
  public long write(TrainingFormat format, OutputStream out) {
    try {
      Writer writer =
          new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), BUFFER_CHARS);
      Cells cells =
          switch (format) {
            case CSV -> new CsvCells(writer);
            case JSON_LINES -> new JsonCells(writer);
          };
      cells.begin(columns.names());
      long rows = forEach(row -> columns.write(row, cells));
      writer.flush();
      return rows;
    } catch (IOException | UncheckedIOException e) {
      throw unwritten("the given stream", e);
    }
  }

  @Override
  public Artifact store(TrainingFormat format, ArtifactStore artifacts) {
    try {
      Path file = Files.createTempFile("ml-infra-training-", ".part");
      try {
        try (OutputStream out = Files.newOutputStream(file)) {
          write(format, out);
        }
        return artifacts.put(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw unwritten("a temporary file", e);
    }
  }

  private static UnavailableException unwritten(String where, Exception e) {
    return new UnavailableException(
        "training set could not be written to " + where + " (" + e + "); free it and write again",
        e);
  }
}
