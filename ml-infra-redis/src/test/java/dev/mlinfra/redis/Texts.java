package dev.mlinfra.redis;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Everything that an exception could print. */
final class Texts {
  private Texts() {}

  static String everything(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
