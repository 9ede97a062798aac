package dev.mlinfra.examples.quickstart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How good predictions are on examples that the model has not seen.
 *
 * @param logLoss mean negative log-likelihood, in nats; less is better
 * @param auc probability that a clicked example is ranked above one that was not; 0.5 is chance
 */
record Evaluation(double logLoss, double auc) {

  static Evaluation of(List<Example> examples, ToDoubleFunction<double[]> predict) {
    List<Scored> scored = new ArrayList<>();
    double loss = 0;
    for (Example example : examples) {
      double p = predict.applyAsDouble(example.inputs());
      loss -= StrictMath.log(example.clicked() ? p : 1 - p);
      scored.add(new Scored(p, example.clicked()));
    }
    return new Evaluation(loss / examples.size(), auc(scored));
  }

  /** Counts, for every click, what is ranked below it; equal scores count half. */
  private static double auc(List<Scored> scored) {
    scored.sort(Comparator.comparingDouble(Scored::score));
    double below = 0;
    double wins = 0;
    double clicks = 0;
    for (int from = 0; from < scored.size(); ) {
      int to = from;
      double clicksHere = 0;
      while (to < scored.size() && scored.get(to).score() == scored.get(from).score()) {
        clicksHere += scored.get(to).clicked() ? 1 : 0;
        to++;
      }
      double othersHere = to - from - clicksHere;
      wins += clicksHere * (below + othersHere / 2);
      below += othersHere;
      clicks += clicksHere;
      from = to;
    }
    return wins / (clicks * below);
  }

  private record Scored(double score, boolean clicked) {}
}
