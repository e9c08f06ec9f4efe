package io.tallystick.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.OutputStream;

/** What commands write as JSON: one value and a line feed. */
final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private Json() {}

  /** Writes what some code gives a generator; leaves the stream open. */
  static void write(OutputStream out, Content content) throws IOException {
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      content.write(generator);
      generator.writeRaw('\n');
    }
  }

  /** Code that writes one value. */
  interface Content {
    void write(JsonGenerator generator) throws IOException;
  }
}
