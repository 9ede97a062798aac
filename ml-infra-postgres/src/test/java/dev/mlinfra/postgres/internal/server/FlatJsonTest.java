package dev.mlinfra.postgres.internal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.CorruptDataException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatJsonTest {
  @Test
  void readsBackWhatItWrote() {
    Map<String, String> texts = Map.of("a\"\\", "\u0001\n\u2028é🎯", "", "", "}", "{\"x\": 1}");
    assertThat(FlatJson.texts(FlatJson.write(texts))).isEqualTo(texts);
    Map<String, Double> numbers = Map.of("a", 1.5, "b", -1e300, "c", Double.MIN_VALUE, "d", -0.0);
    assertThat(FlatJson.numbers(FlatJson.write(numbers))).isEqualTo(numbers);
    assertThat(FlatJson.texts("{}")).isEmpty();
  }

  @Test
  void readsWhatOthersWrote() {
    assertThat(
            FlatJson.texts(" { \"a\" : \"\\u00e9\\/\\b\\f\\n\\r\\t\" , \"b\" : 12 , \"c\":true } "))
        .isEqualTo(Map.of("a", "é/\b\f\n\r\t", "b", "12", "c", "true"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":}",
        "{\"a\":{}}",
        "{\"a\":[1]}",
        "{\"a\":1",
        "{a:1}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\uzzzz\"}",
        "{\"a\":1 \"b\":2}"
      })
  void refusesWhatIsNoFlatObject(String json) {
    assertThatThrownBy(() -> FlatJson.texts(json))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("must be an object without nesting");
  }

  @Test
  void refusesATextWhereANumberBelongs() {
    assertThatThrownBy(() -> FlatJson.numbers("{\"a\":\"x\"}"))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("must hold numbers only");
  }
}
