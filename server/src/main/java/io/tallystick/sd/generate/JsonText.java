package io.tallystick.sd.generate;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * JSON that others wrote: one value, whose keys are each there once, and whose depth and numbers
 * are bounded.
 */
final class JsonText {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(Limits.DEPTH)
                          .maxStringLength(Limits.OUTPUT_BYTES)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private JsonText() {}

  /** The value of a text; a missing node where there is only space. */
  static JsonNode parse(String generator, byte[] text) throws GenerationException {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw invalid(generator, e.getOriginalMessage() + place(e.getLocation()));
    } catch (IOException e) {
      throw invalid(generator, String.valueOf(e.getMessage()));
    }
  }

  /** The node that JSON of a value would give. */
  static JsonNode of(Object value) {
    return MAPPER.valueToTree(value);
  }

  static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // text and maps of text can be written
    }
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? ""
        : " line=" + location.getLineNr() + " column=" + location.getColumnNr();
  }

  private static GenerationException invalid(String generator, String problem) {
    return new GenerationException(
        "InvalidJson", generator, "not JSON: generator=" + generator + ": " + problem, "");
  }
}
