package dev.mlinfra.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Orders on the standard input, one line each, and one line as the answer to each. */
public final class Console {
  /** What answers an order. */
  @FunctionalInterface
  public interface Answers {
    /** Answers an order of words. */
    Object to(String... words) throws Exception;
  }

  private Console() {}

  /** Says {@code ready} and answers until {@code end} or the end of the input. */
  @SuppressWarnings("SystemOut")
  public static void serve(Answers answers) throws Exception {
    try (BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      say("ready");
      for (String line = next(input); !line.equals("end"); line = next(input)) {
        say(answers.to(line.split(" ")));
      }
    }
  }

  private static String next(BufferedReader input) throws IOException {
    String line = input.readLine();
    return line == null ? "end" : line;
  }

  @SuppressWarnings("SystemOut")
  private static void say(Object answer) {
    System.out.println(answer);
    System.out.flush();
  }
}
