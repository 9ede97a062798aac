package dev.mlinfra.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ClickModelTest {
  private static final Offset<Double> CLOSE = Offset.offset(1e-12);

  @Test
  void learnsWhichInputMakesAClickLikely() {
    List<Example> examples = examples(4_000);

    ClickModel model = ClickModel.train(examples);

    double[] first = {1, 0, -4, 0, 0.004};
    double[] other = {0, 0, -4, 0, 0.004};
    assertThat(model.predict(first)).isGreaterThan(model.predict(other));
    assertThat(Evaluation.of(examples, model::predict).auc()).isGreaterThan(0.6);
    assertThat(Evaluation.of(examples, model::predict).logLoss())
        .isLessThan(Evaluation.of(examples, inputs -> ClickModel.rate(examples)).logLoss());
  }

  @Test
  void givesTheSameBytesForTheSameExamples() {
    assertThat(ClickModel.train(examples(500)).text())
        .isEqualTo(ClickModel.train(examples(500)).text());
  }

  @Test
  void comesBackFromItsTextToTheLastBit() {
    ClickModel model = ClickModel.train(examples(500));

    ClickModel copy = ClickModel.parse(model.text());

    assertThat(copy.text()).isEqualTo(model.text());
    assertThat(copy.predict(examples(1).get(0).inputs()))
        .isEqualTo(model.predict(examples(1).get(0).inputs()));
  }

  @Test
  void refusesATextThatLacksAWeight() {
    assertThatThrownBy(() -> ClickModel.parse("intercept=1\n"))
        .hasMessage("the model has no position_1.mean");
  }

  @Test
  void countsPairsInTheRightOrderForTheAuc() {
    List<Example> examples = List.of(example(1, true), example(2, false), example(3, true));

    assertThat(Evaluation.of(examples, inputs -> inputs[0] / 10).auc()).isCloseTo(0.5, CLOSE);
    assertThat(Evaluation.of(examples, inputs -> 0.5).auc()).isCloseTo(0.5, CLOSE);
    assertThat(Evaluation.of(examples.subList(1, 3), inputs -> inputs[0] / 10).auc())
        .isCloseTo(1, CLOSE);
  }

  @Test
  void measuresTheLossInNats() {
    assertThat(Evaluation.of(List.of(example(1, true)), inputs -> 0.25).logLoss())
        .isCloseTo(Math.log(4), CLOSE);
  }

  private static Example example(double first, boolean clicked) {
    return new Example(Instant.EPOCH, new double[] {first, 0, -4, 0, 0.004}, clicked);
  }

  /** The first position is clicked three times as often as the others. */
  private static List<Example> examples(int count) {
    Random random = new Random(7);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean first = i % 3 == 0;
      double[] inputs = {first ? 1 : 0, i % 3 == 1 ? 1 : 0, -4 - random.nextDouble(), 0, 0.004};
      examples.add(new Example(Instant.EPOCH, inputs, random.nextDouble() < (first ? 0.3 : 0.1)));
    }
    return examples;
  }
}
