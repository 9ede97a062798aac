package dev.mlinfra.storage.internal.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mlinfra.spi.check.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.mlflow_project.apachehttp.Header;
import org.mlflow_project.apachehttp.HttpEntity;
import org.mlflow_project.apachehttp.HttpResponse;
import org.mlflow_project.apachehttp.HttpResponseInterceptor;
import org.mlflow_project.apachehttp.entity.ByteArrayEntity;
import org.mlflow_project.apachehttp.entity.ContentType;
import org.mlflow_project.apachehttp.protocol.HttpContext;

/**
 * What an answer must be before mlflow-client may see it: a success, JSON, of bounded length. Every
 * other answer ends the call with one line.
 */
final class AnswerRules implements HttpResponseInterceptor {
  private static final int MAX_ANSWER_BYTES = 4 << 20;
  private static final int MAX_ERROR_BYTES = 16 << 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public void process(HttpResponse response, HttpContext context) throws IOException {
    int status = response.getStatusLine().getStatusCode();
    if (status >= 300 && status < 400) {
      throw new MlflowRefused(
          status,
          MlflowRefused.WRONG_URL,
          "redirected to "
              + location(response)
              + " but redirects are not followed; configure the final URL");
    }
    if (status < 200 || status >= 400) {
      throw refused(status, new String(body(response, MAX_ERROR_BYTES), StandardCharsets.UTF_8));
    }
    byte[] body = body(response, MAX_ANSWER_BYTES + 1);
    if (body.length > MAX_ANSWER_BYTES) {
      throw new MlflowRefused(
          status, "", "sent more than " + MAX_ANSWER_BYTES + " bytes but must send less");
    }
    HttpEntity entity = response.getEntity();
    Header type = entity == null ? null : entity.getContentType();
    requireJson(status, type == null ? "no content type" : type.getValue(), body);
    response.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
  }

  /** MLflow itself answers health and version as text that is called HTML. */
  private static void requireJson(int status, String type, byte[] body) throws MlflowRefused {
    boolean markup = body.length > 0 && body[0] == '<';
    if (markup || (!type.startsWith("application/json") && body.length > 64)) {
      throw new MlflowRefused(
          status,
          MlflowRefused.WRONG_URL,
          "sent "
              + Texts.quote(type)
              + " but must send JSON; check that the URL is MLflow's own, not a login page's or a"
              + " proxy's");
    }
  }

  private static MlflowRefused refused(int status, String body) {
    if (status == 403 && body.contains("Invalid Host header")) {
      return new MlflowRefused(
          status,
          MlflowRefused.INVALID_HOST,
          "refused the host name of the URL (Invalid Host header); start MLflow with"
              + " --allowed-hosts naming that host and port, or set MLFLOW_SERVER_ALLOWED_HOSTS");
    }
    try {
      JsonNode error = JSON.readTree(body);
      String code = error.path("error_code").asText("");
      if (!code.isEmpty()) {
        return new MlflowRefused(
            status, code, "said " + code + " " + Texts.quote(error.path("message").asText("")));
      }
    } catch (JsonProcessingException e) {
      return new MlflowRefused(status, "", "sent no JSON with it");
    }
    return new MlflowRefused(status, "", "sent no error code with it");
  }

  private static byte[] body(HttpResponse response, int maxBytes) throws IOException {
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return new byte[0];
    }
    // not closed: closing reads what is left, which may be without end; the session is dropped
    InputStream in = entity.getContent();
    return in == null ? new byte[0] : in.readNBytes(maxBytes);
  }

  private static String location(HttpResponse response) {
    Header location = response.getFirstHeader("Location");
    if (location == null) {
      return "nowhere";
    }
    try {
      URI uri = URI.create(location.getValue());
      return Texts.quote(uri.getHost() == null ? "another path" : uri.getHost());
    } catch (IllegalArgumentException e) {
      return "an address that is none";
    }
  }
}
