package dev.mlinfra.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.settings.Settings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectStorageTest {
  private final Secret key = Secret.of("canary-of-a-secret-key");

  @Test
  void needsNoMoreThanAnAddressAndCredentials() {
    assertThat(at("https://minio:9000").faults()).isEmpty();
    assertThat(at("https://minio:9000").name()).isEqualTo("objectstorage");
    assertThat(ObjectStorage.DEFAULT_BUCKET).isEqualTo("mlflow-artifacts");
    assertThat(ObjectStorage.DEFAULT_QUOTA_BYTES).isEqualTo(10_000_000_000L);
  }

  @Test
  void isValidWithItsDefaultsWrittenOut() {
    Secret id = Secret.of("id");
    // region options
    ObjectStorage storage =
        ObjectStorage.at("https://minio.internal:9000")
            .credentials(id, key)
            .bucket("mlflow-artifacts")
            .region("us-east-1")
            .quotaBytes(10_000_000_000L)
            .connectTimeout(Duration.ofSeconds(5))
            .readTimeout(Duration.ofSeconds(15))
            .callTimeout(Duration.ofSeconds(30))
            .transferTimeout(Duration.ofMinutes(10));
    // endregion
    assertThat(storage.faults()).isEmpty();
    assertThat(storage)
        .usingRecursiveComparison()
        .isEqualTo(ObjectStorage.at("https://minio.internal:9000").credentials(id, key));
  }

  @Test
  void keepsTheQueryOfAUrlOutOfMessages() {
    for (String rest : new String[] {"/?signature=hidden", "/a b?signature=hidden", "#hidden"}) {
      assertThat(ObjectStorage.at("http://minio.example.com:9000" + rest).faults())
          .anySatisfy(line -> assertThat(line).startsWith("objectstorage.url was '[REDACTED]'"))
          .allSatisfy(line -> assertThat(line).doesNotContain("hidden"));
    }
  }

  @Test
  void reportsEveryBrokenRuleAtOnce() {
    ObjectStorage module =
        ObjectStorage.at("ftp://minio")
            .bucket("Bad_Bucket")
            .region("a b")
            .quotaBytes(0)
            .connectTimeout(Duration.ZERO)
            .readTimeout(Duration.ofSeconds(-1))
            .callTimeout(Duration.ZERO)
            .transferTimeout(Duration.ZERO);

    assertThat(module.faults())
        .hasSize(9)
        .anySatisfy(line -> assertThat(line).contains("url was 'ftp://minio' but must be an http"))
        .anySatisfy(line -> assertThat(line).contains("credentials was not called"))
        .anySatisfy(
            line -> assertThat(line).contains("bucket was 'Bad_Bucket' but must be 3 to 63"))
        .anySatisfy(line -> assertThat(line).contains("region was 'a b' but must be 1 to 63"))
        .anySatisfy(line -> assertThat(line).contains("quotaBytes was 0 but must be 1 to"))
        .allSatisfy(line -> assertThat(line).startsWith("objectstorage.").doesNotContain("\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ab",
        "Upper",
        "under_score",
        "-start",
        "end-",
        "two..dots",
        "192.168.0.1",
        "xn--x",
        "a b",
        "../up",
        "x-s3alias"
      })
  void refusesABucketNameThatS3Forbids(String name) {
    assertThat(at("https://s3.example.com").bucket(name).faults())
        .singleElement()
        .asString()
        .contains("objectstorage.bucket was '" + name + "'")
        .contains("choose another name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://minio:9000", "http://localhost:9000", "http://127.0.0.1:9000", "http://10.1.2.3",
        "http://172.16.0.1", "http://192.168.7.7", "http://[::1]:9000", "http://[fd00::1]:9000",
        "http://minio.storage.svc.cluster.local", "http://minio.internal"
      })
  void takesPlainHttpToAPrivateHost(String url) {
    assertThat(at(url).faults()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://s3.example.com",
        "http://8.8.8.8:9000",
        "http://172.32.0.1",
        "http://[2001:db8::1]",
        "http://192.169.0.1",
        "http://localhost.example.com",
        "http://10.example.com"
      })
  void refusesPlainHttpToAPublicHostUnlessAllowed(String url) {
    assertThat(at(url).faults())
        .singleElement()
        .asString()
        .contains("objectstorage.url was '" + url + "' but must be https for a public host")
        .contains("allowPlaintext()");
    assertThat(at(url).allowPlaintext().faults()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://s3.example.com/path", "https://s3.example.com?x=1", "https://", ""})
  void refusesAnAddressThatIsMoreOrLessThanHostAndPort(String url) {
    assertThat(at(url).faults()).singleElement().asString().contains("objectstorage.url was");
  }

  @Test
  void refusesAPortThatNoServerCanHave() {
    assertThat(at("http://localhost:65536").faults())
        .containsExactly(
            "objectstorage.url port was 65536 but must be 1 to 65535; pass a value in that range");
  }

  @Test
  void neverShowsASecret() {
    ObjectStorage inUrl = at("https://user:canary-in-url@s3.example.com");

    assertThat(inUrl.faults())
        .singleElement()
        .asString()
        .contains("must not carry credentials")
        .doesNotContain("canary");
    assertThat(inUrl.toString()).doesNotContain("canary");
  }

  @Test
  void leavesTheOriginalAsItWas() {
    ObjectStorage original = at("https://s3.example.com");

    original.bucket("other").quotaBytes(5);

    assertThat(original)
        .hasToString("ObjectStorage[bucket=mlflow-artifacts, quotaBytes=10000000000]");
  }

  @Test
  void isMadeFromPlainSettings() {
    Settings settings =
        new Settings(
            "objectstorage",
            Map.ofEntries(
                Map.entry("url", "http://s3.example.com"),
                Map.entry("access_key", "id"),
                Map.entry("secret_key", "key"),
                Map.entry("bucket", "models"),
                Map.entry("region", "eu-1"),
                Map.entry("quota_bytes", "7"),
                Map.entry("connect_timeout", "PT1S"),
                Map.entry("read_timeout", "PT2S"),
                Map.entry("call_timeout", "PT3S"),
                Map.entry("transfer_timeout", "PT4S"),
                Map.entry("allow_plaintext", "true")));

    InfraModule module = new ObjectStorageFactory().create(settings);

    assertThat(module.faults()).isEmpty();
    assertThat(module).hasToString("ObjectStorage[bucket=models, quotaBytes=7]");
    assertThat(settings.unread()).isEmpty();
  }

  private ObjectStorage at(String url) {
    return ObjectStorage.at(url).credentials("canary-of-an-id", key);
  }
}
