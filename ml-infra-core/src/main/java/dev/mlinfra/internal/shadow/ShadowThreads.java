package dev.mlinfra.internal.shadow;

/** Makes threads that keep no JVM alive. */
final class ShadowThreads {
  private ShadowThreads() {}

  static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
