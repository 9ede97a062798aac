package dev.mlinfra.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** A stack in a JVM of its own, which the test may kill. */
final class StackProcess implements AutoCloseable {
  private final Process jvm;
  private final BufferedReader lines;

  final long postgresPid;
  final long redisPid;
  final Path directory;

  private StackProcess(Process jvm) throws IOException {
    this.jvm = jvm;
    this.lines = jvm.inputReader();
    this.postgresPid = Long.parseLong(next());
    this.redisPid = Long.parseLong(next());
    this.directory = Path.of(next());
  }

  /** Starts a stack that is kept in a directory, or a temporary one for an empty text. */
  static StackProcess start(List<String> prefix, String classPath, String directory)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classPath,
            StackProcess.class.getName(),
            directory));
    return new StackProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Copies the class path to where every user can read it. */
  static String readableClassPath(Path target) throws IOException {
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> copies = new ArrayList<>();
    int number = 0;
    for (String element : classPath().split(":", -1)) {
      Path copy = target.resolve(Integer.toString(number++));
      Process copying =
          new ProcessBuilder("cp", "-rL", element, copy.toString()).inheritIO().start();
      if (Files.exists(Path.of(element)) && waitFor(copying) == 0) {
        copies.add(copy.toString());
      }
    }
    waitFor(new ProcessBuilder("chmod", "-R", "a+rX", target.toString()).start());
    return String.join(":", copies);
  }

  ProcessHandle postgres() {
    return ProcessHandle.of(postgresPid).orElseThrow();
  }

  ProcessHandle redis() {
    return ProcessHandle.of(redisPid).orElseThrow();
  }

  /** Kills what would end the servers, so that they become orphans. */
  void killWatchdogs() {
    jvm.descendants()
        .filter(p -> p.info().commandLine().orElse("").contains("ml-infra-watchdog"))
        .forEach(ProcessHandle::destroyForcibly);
  }

  /** Lets it stop both servers with SIGSTOP. */
  void stopServers() throws IOException {
    Writer commands = jvm.outputWriter();
    commands.write("stop\n");
    commands.flush();
    next();
  }

  void kill() {
    waitFor(jvm.destroyForcibly());
  }

  /** Ends it as Ctrl-C does, but with the signal that works in the background of a shell too. */
  void interrupt() {
    Processes.signal("TERM", List.of(jvm.toHandle()));
    waitFor(jvm);
  }

  @Override
  public void close() {
    kill();
  }

  /** Starts a stack, says where it is and waits. */
  public static void main(String[] args) throws Exception {
    EmbeddedStack.Builder builder = EmbeddedStack.builder();
    EmbeddedStack stack =
        args[0].isEmpty() ? builder.start() : builder.directory(Path.of(args[0])).start();
    System.out.println(stack.postgres().pid());
    System.out.println(stack.redis().pid());
    System.out.println(stack.directory());
    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    stack.postgres().stop();
    stack.redis().stop();
    System.out.println("stopped");
    Thread.currentThread().join();
  }

  private String next() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new IOException("the stack's JVM ended with " + waitFor(jvm));
    }
    return line;
  }

  private static int waitFor(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }
}
