package dev.mlinfra.monitoring.exporter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The two calls that any look at a bucket needs. Thread-safe. */
final class S3Api {
  private final StorageOptions options;
  private final HttpCalls http;
  private final Clock clock;

  S3Api(StorageOptions options, Clock clock) {
    this.options = options;
    this.clock = clock;
    this.http = new HttpCalls(options.pace().timeout());
  }

  StorageOptions options() {
    return options;
  }

  /**
   * One page of a listing.
   *
   * @param objects on the page
   * @param bytes of these objects
   * @param next where the next page begins, empty on the last
   */
  record Page(long objects, long bytes, String next) {}

  Page list(int size, String from, Deadline deadline) {
    Map<String, String> query = new HashMap<>();
    query.put("list-type", "2");
    query.put("max-keys", Integer.toString(size));
    if (!from.isEmpty()) {
      query.put("continuation-token", from);
    }
    URI url = S3Signature.url(options.url(), "/" + options.bucket() + "/", query);
    try {
      return parse(get(url, deadline));
    } catch (XMLStreamException | NumberFormatException e) {
      throw new CorruptDataException(
          options.subject()
              + " answered no listing but must speak S3; check objectstorage.url, MinIO's API is on"
              + " 9000 and its console on 9001",
          e);
    }
  }

  /** The quota that MinIO keeps; empty where there is none, or no right to ask. */
  OptionalLong quota(Deadline deadline) {
    URI url =
        S3Signature.url(
            options.url(), "/minio/admin/v3/get-bucket-quota", Map.of("bucket", options.bucket()));
    try {
      JsonNode quota = MlflowApi.JSON.readTree(get(url, deadline));
      long bytes = Math.max(quota.path("quota").asLong(), quota.path("size").asLong());
      return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
    } catch (MlInfraException | IOException e) {
      return OptionalLong.empty();
    }
  }

  private byte[] get(URI url, Deadline deadline) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url).GET();
    S3Signature.headers(url, options, clock.instant()).forEach(request::header);
    HttpResponse<byte[]> answer = http.send(options.subject(), request.build(), deadline);
    int status = answer.statusCode();
    if (status == 200) {
      return answer.body();
    }
    String message =
        options.subject() + " bucket '" + options.bucket() + "' answered HTTP " + status;
    if (status == 401 || status == 403) {
      throw new ConfigException(message + "; check the keys, their right to list, and the clock");
    }
    if (status == 404) {
      throw new ConfigException(message + "; let a service run ensureBucket()");
    }
    if (status >= 500 || status == 429) {
      throw new UnavailableException(message + "; look at the server's log");
    }
    throw new CorruptDataException(message + " but must answer 200; check objectstorage.url");
  }

  private static Page parse(byte[] xml) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
    long objects = 0;
    long bytes = 0;
    String next = "";
    boolean listing = false;
    while (reader.hasNext()) {
      if (reader.next() != XMLStreamConstants.START_ELEMENT) {
        continue;
      }
      switch (reader.getLocalName()) {
        case "ListBucketResult" -> listing = true;
        case "Contents" -> objects++;
        case "Size" -> bytes += Long.parseLong(reader.getElementText().trim());
        case "NextContinuationToken" -> next = reader.getElementText().trim();
        default -> {}
      }
    }
    if (!listing) {
      throw new XMLStreamException("no ListBucketResult");
    }
    return new Page(objects, bytes, next);
  }
}
