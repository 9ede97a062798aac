package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import java.util.regex.Pattern;

/** MLflow allows fewer names than we do; what it would refuse is spelt out. */
final class MlflowNames {
  private static final Pattern RESERVED_ALIAS = Pattern.compile("(?i)latest|v\\d+");
  private static final Pattern SOURCE =
      Pattern.compile("(s3://|file:/|mlflow-artifacts:/)[A-Za-z0-9._~/+@=-]+");

  private MlflowNames() {}

  static String model(String name) {
    return NameRule.LABEL.require("model.name", name).replace(":", "_colon_");
  }

  static String alias(String alias) {
    String plain = NameRule.IDENTIFIER.require("promotion.alias", alias).replace(".", "_dot_");
    return RESERVED_ALIAS.matcher(plain).matches() ? "alias_" + plain : plain;
  }

  /** Only what one of our stores made: no other scheme, no way up, and the digest at its end. */
  static String source(Artifact artifact) {
    String uri = artifact.uri();
    if (!SOURCE.matcher(uri).matches()
        || uri.contains("..")
        || !uri.endsWith("/" + Artifact.keyOf(artifact.sha256()))) {
      throw new ConfigException(
          Faults.line(
              "model.artifact.uri",
              uri,
              "must be an s3, file or mlflow-artifacts URI that ends with the artifact's key",
              "register what artifacts().put(...) returned"));
    }
    return uri;
  }
}
