package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.error.MlInfraException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Runs the quick-start: servers, the playthrough on them, the check of what they hold. */
public final class QuickStart {
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private final Options options;
  private final InputStream in;
  private final Report report;

  private QuickStart(Options options, InputStream in, PrintStream out) {
    this.options = options;
    this.in = in;
    this.report = new Report(out);
  }

  /**
   * Runs it and ends the process with 0 when everything held, 1 when not, 2 when an option was not
   * understood.
   *
   * @param args the options, see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(run(List.of(args), System.in, System.out, System.err));
  }

  static int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      err.println("quickstart: " + e.getMessage());
      return MISUSED;
    }
    if (options.help()) {
      out.print(Options.USAGE);
      return OK;
    }
    return new QuickStart(options, in, out).run();
  }

  private int run() {
    try {
      report.ok(play());
      return OK;
    } catch (MlInfraException | QuickStartException e) {
      report.failed(String.valueOf(e.getMessage()));
    } catch (IOException | UncheckedIOException e) {
      report.failed(e.toString());
    }
    return FAILED;
  }

  private String play() throws IOException {
    report.title("A week of a recommender's real decisions: logged, joined, learned from");
    try (Servers servers =
            report.step("servers", () -> Servers.start(options), Servers::description);
        MlInfra ml = report.step("schema", () -> connect(servers), QuickStart::whatIsThere);
        WorkingDirectory files = WorkingDirectory.make()) {
      OpenBanditData data = report.step("data", OpenBanditData::load, OpenBanditData::description);
      Playthrough playthrough = new Playthrough(ml, data, files.path());
      playthrough.play(report);
      ServerCounts counts =
          report.step("read back", () -> ServerCounts.read(ml), ServerCounts::description);
      counts.print(report);
      Ledgers.of(ml).print(report);
      report.whereTimeWent();
      lookAround(servers);
      playthrough.check(counts, servers.exclusive()).print(report);
      return playthrough.summary(counts);
    }
  }

  private static MlInfra connect(Servers servers) {
    MlInfraConfig config = servers.config().view(UserHistory.VIEW).build();
    MlInfra ml = MlInfra.connect(config);
    try {
      return ml.ensureSchema().ensureStreams().ensureBucket();
    } catch (RuntimeException e) {
      ml.close();
      throw e;
    }
  }

  private static String whatIsThere(MlInfra ml) {
    return "schema, stream and bucket are there; %d components answer"
        .formatted(ml.health().components().size());
  }

  private void lookAround(Servers servers) throws IOException {
    report.title("Where to look next");
    if (options.stack()) {
      servers.whereToLook().forEach(report::line);
    } else if (options.hold()) {
      servers.whereToLook().forEach(report::line);
      report.line("The servers stay up until you press Enter.");
      int ignored = in.read();
    } else {
      String directory = options.keep().map(Path::toString).orElse("DIR");
      report.line("./quickstart --keep " + directory + " --hold");
      report.line("keeps the servers up and tells how to reach them with psql and redis-cli.");
    }
  }
}
