package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class OutputTest {
  @Test
  void shouldWriteALineAtOnce() {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();

    new Output(sink).line("größer\nals");

    assertThat(sink.toString(StandardCharsets.UTF_8)).isEqualTo("größer als\n");
  }

  @Test
  void shouldDropWhatIsLeftWhenTheReaderIsGone() {
    Sink sink = new Sink("Broken pipe");
    Output out = new Output(sink);

    out.line("first");
    out.line("second");

    assertThat(sink.writes).isEqualTo(1);
  }

  @Test
  void shouldFailOnceWhenWritingFails() {
    Output out = new Output(new Sink("No space left on device"));

    assertThatThrownBy(() -> out.line("first"))
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("No space left on device");
    out.line("second");
  }

  private static final class Sink extends OutputStream {
    private final String fault;
    private int writes;

    Sink(String fault) {
      this.fault = fault;
    }

    @Override
    public void write(int b) throws IOException {
      writes++;
      throw new IOException(fault);
    }
  }
}
