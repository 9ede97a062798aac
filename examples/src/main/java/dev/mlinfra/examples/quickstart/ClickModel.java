package dev.mlinfra.examples.quickstart;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/**
 * A logistic regression: the probability of a click from the inputs of an {@link Example}. It is
 * plain gradient descent over standardised inputs with a ridge penalty; the same examples give the
 * same bytes, on every machine.
 */
final class ClickModel {
  private static final int ROUNDS = 300;
  private static final double STEP = 0.1;
  private static final double RIDGE = 1;
  private static final int INPUTS = Example.INPUTS.size();

  private final double[] means = new double[INPUTS];
  private final double[] deviations = new double[INPUTS];
  private final double[] weights = new double[INPUTS];
  private double intercept;

  private ClickModel() {}

  static ClickModel train(List<Example> examples) {
    ClickModel model = new ClickModel();
    model.standardise(examples);
    double rate = rate(examples);
    model.intercept = StrictMath.log(rate / (1 - rate));
    // Clicks are rare, so gradients are tiny: their scale is the variance of a click.
    double step = STEP / (rate * (1 - rate));
    for (int round = 0; round < ROUNDS; round++) {
      model.descend(examples, step, rate * (1 - rate) * RIDGE);
    }
    return model;
  }

  /** The share of clicked examples, which is also the model to beat. */
  static double rate(List<Example> examples) {
    return (double) examples.stream().filter(Example::clicked).count() / examples.size();
  }

  double predict(double[] inputs) {
    double sum = intercept;
    for (int i = 0; i < INPUTS; i++) {
      sum += weights[i] * standardised(inputs, i);
    }
    return 1 / (1 + StrictMath.exp(-sum));
  }

  /** The model as {@code key=value} lines, exact to the last bit. */
  String text() {
    StringBuilder text = new StringBuilder("intercept=" + intercept + "\n");
    for (int i = 0; i < INPUTS; i++) {
      String input = Example.INPUTS.get(i);
      text.append(input + ".mean=" + means[i] + "\n")
          .append(input + ".deviation=" + deviations[i] + "\n")
          .append(input + ".weight=" + weights[i] + "\n");
    }
    return text.toString();
  }

  static ClickModel parse(String text) {
    Properties lines = new Properties();
    try {
      lines.load(new StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory could not be read", e);
    }
    ClickModel model = new ClickModel();
    model.intercept = number(lines, "intercept");
    for (int i = 0; i < INPUTS; i++) {
      String input = Example.INPUTS.get(i);
      model.means[i] = number(lines, input + ".mean");
      model.deviations[i] = number(lines, input + ".deviation");
      model.weights[i] = number(lines, input + ".weight");
    }
    return model;
  }

  private static double number(Properties lines, String key) {
    String value = lines.getProperty(key);
    if (value == null) {
      throw new QuickStartException("the model has no " + key);
    }
    return Double.parseDouble(value);
  }

  private void standardise(List<Example> examples) {
    for (int i = 0; i < INPUTS; i++) {
      int input = i;
      double mean = examples.stream().mapToDouble(e -> e.inputs()[input]).sum() / examples.size();
      double squares =
          examples.stream()
              .mapToDouble(e -> (e.inputs()[input] - mean) * (e.inputs()[input] - mean))
              .sum();
      means[i] = mean;
      deviations[i] = Math.sqrt(squares / examples.size());
    }
  }

  private double standardised(double[] inputs, int i) {
    return deviations[i] == 0 ? 0 : (inputs[i] - means[i]) / deviations[i];
  }

  private void descend(List<Example> examples, double step, double ridge) {
    double slope = 0;
    double[] slopes = new double[INPUTS];
    for (Example example : examples) {
      double error = predict(example.inputs()) - (example.clicked() ? 1 : 0);
      slope += error;
      for (int i = 0; i < INPUTS; i++) {
        slopes[i] += error * standardised(example.inputs(), i);
      }
    }
    intercept -= step * slope / examples.size();
    for (int i = 0; i < INPUTS; i++) {
      weights[i] -= step * (slopes[i] / examples.size() + ridge * weights[i]);
    }
  }
}
