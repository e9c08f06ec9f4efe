package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class LinesTest {
  @Test
  void shouldKeepOneLineWhenATextHasControlCharacters() {
    assertThat(Lines.single("a\r\nb\u001b[31mc\u2028d\n")).isEqualTo("a b [31mc d");
  }

  @Test
  void shouldNameEachCauseOnceWhenAFaultWrapsAnother() {
    IOException cause = new IOException("disk gone: device=sda");
    RuntimeException fault =
        new IllegalStateException("cannot fold", new UncheckedIOException(cause));

    assertThat(Lines.of(fault)).isEqualTo("cannot fold: disk gone: device=sda");
  }

  @Test
  void shouldNotSayWhatTheMessageSaidBefore() {
    IOException cause = new IOException("disk gone");
    IOException fault = new IOException("cannot read: cause=" + cause.getMessage(), cause);

    assertThat(Lines.of(fault)).isEqualTo("cannot read: cause=disk gone");
    assertThat(Lines.of(new IOException("cannot fold: " + cause, cause)))
        .isEqualTo("cannot fold: java.io.IOException: disk gone");
  }

  @Test
  void shouldSayWhatHappenedWhenAFileSystemExceptionHasOnlyAFile() {
    assertThat(Lines.of(new AccessDeniedException("/x"))).isEqualTo("access denied: file=/x");
  }

  @Test
  void shouldSayWhatHappenedWhenAFaultHasNoMessage() {
    assertThat(Lines.of(new TimeoutException())).isEqualTo("timeout");
  }
}
