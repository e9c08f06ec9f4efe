package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;

/**
 * What fails its path, since it stands in the place of a generator and is none.
 *
 * @param isGenerator whether it may be one, or hide some, that cannot be reached
 */
record Refusal(String path, String type, String message, boolean isGenerator) implements Generator {

  static Refusal of(String path, String type, String what) {
    return new Refusal(path, type, what + ": generator=" + path, false);
  }

  static Refusal unreadable(String path, IOException e) {
    GenerationException failure = StaticFile.unreadable(path, e);
    return new Refusal(path, failure.type(), failure.message(), true);
  }

  @Override
  public JsonNode run(Map<String, String> arguments, Deadline deadline) throws GenerationException {
    throw new GenerationException(type, path, message, "");
  }
}
