package dev.mlinfra.storage.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mlinfra.spi.check.Texts;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.mlflow_project.google.protobuf.Message;
import org.mlflow_project.google.protobuf.util.JsonFormat;

/** What the server sent back. */
final class Answer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN_CHARS = 60;

  private final int status;
  private final String type;
  private final Optional<String> location;
  private final byte[] body;

  /** Takes a content type as the server names it, and a body cut off one byte above its bound. */
  Answer(int status, String type, Optional<String> location, byte[] body) {
    this.status = status;
    this.type = type;
    this.location = location;
    this.body = body;
  }

  /** The text of a success of bounded length. */
  String text(int maxBytes) {
    if (status >= 300 && status < 400) {
      throw refused(
          MlflowRefused.WRONG_URL,
          "but must answer 200: it redirected to "
              + location.map(Answer::host).orElse("nowhere")
              + " but redirects are not followed; configure the final URL");
    }
    if (status < 200 || status >= 400) {
      throw failed();
    }
    if (body.length > maxBytes) {
      throw refused("", "and sent more than " + maxBytes + " bytes but must send less");
    }
    return new String(body, StandardCharsets.UTF_8).trim();
  }

  /** The few words, or the JSON, that a path of no API answers with. */
  String page(int maxBytes) {
    String text = text(maxBytes);
    boolean json = type.startsWith("application/json");
    if (text.startsWith("<") || (!json && text.length() > SHOWN_CHARS)) {
      throw notMlflow("");
    }
    return text;
  }

  <B extends Message.Builder> B message(int maxBytes, B into) {
    String text = text(maxBytes);
    try {
      if (text.startsWith("{")) {
        JsonFormat.parser().ignoringUnknownFields().merge(text, into);
        return into;
      }
    } catch (IOException e) {
      // said below, without the parser's words
    }
    String shown = Texts.quote(text.substring(0, Math.min(text.length(), SHOWN_CHARS)));
    throw notMlflow(", where it sent " + shown + " and not a JSON object");
  }

  private MlflowRefused notMlflow(String instead) {
    return refused(
        MlflowRefused.WRONG_URL,
        "and sent "
            + Texts.quote(type)
            + " but must send JSON"
            + instead
            + "; check that the URL is MLflow's own, not a login page's or a proxy's");
  }

  private MlflowRefused failed() {
    String text = new String(body, StandardCharsets.UTF_8);
    if (status == 403 && text.contains("Invalid Host header")) {
      return refused(
          MlflowRefused.INVALID_HOST,
          "and refused the host name of the URL (Invalid Host header); start MLflow with"
              + " --allowed-hosts naming that host and port, or set MLFLOW_SERVER_ALLOWED_HOSTS");
    }
    try {
      JsonNode error = JSON.readTree(text);
      String code = error.path("error_code").asText("");
      return code.isEmpty()
          ? refused("", "and sent no error code with it")
          : refused(code, "and said " + code + " " + Texts.quote(error.path("message").asText("")));
    } catch (JsonProcessingException e) {
      return refused("", "and sent no JSON with it");
    }
  }

  private MlflowRefused refused(String code, String said) {
    return new MlflowRefused(status, code, said);
  }

  private static String host(String location) {
    try {
      URI uri = URI.create(location);
      return Texts.quote(uri.getHost() == null ? "another path" : uri.getHost());
    } catch (IllegalArgumentException e) {
      return "an address that is none";
    }
  }
}
