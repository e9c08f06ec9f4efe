package io.tallystick.shm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identities of process files. */
class TokenTest {
  private static final int MANY = 1_000;

  @TempDir private Path folder;

  @Test
  void shouldBeAnotherEachTime() {
    Set<Token> tokens = new HashSet<>();
    for (int i = 0; i < MANY; i++) {
      tokens.add(Token.random());
    }

    assertThat(tokens).hasSize(MANY);
  }

  @Test
  void shouldBeRandomWhereTheSystemHasNoDeviceOrTooFewBits() throws IOException {
    Path few = Files.write(folder.resolve("few"), new byte[15]);

    for (Path device : List.of(folder.resolve("none"), few)) {
      assertThat(Token.random(device)).isNotEqualTo(Token.random(device));
      assertThat(Token.random(device)).isNotEqualTo(new Token(0, 0));
    }
  }

  @Test
  void shouldBeTheBitsOfTheDevice() throws IOException {
    byte[] bits = {0, 1, 2, 3, 4, 5, 6, 7, (byte) 0x88, 9, 10, 11, 12, 13, 14, 15};
    Path device = Files.write(folder.resolve("device"), bits);

    assertThat(Token.random(device)).hasToString("0001020304050607" + "88090a0b0c0d0e0f");
  }

  @Test
  void shouldBeInTheOrderOfFileNames() {
    Token least = new Token(1, -1);
    Token next = new Token(2, 1);
    Token later = new Token(2, -1);
    Token most = new Token(-1, 0);

    assertThat(new TreeSet<>(List.of(most, later, next, least)))
        .containsExactly(least, next, later, most);
    assertThat(List.of(least, next, later, most)).extracting(Token::toString).isSorted();
  }

  @Test
  void shouldBeEqualWhereBothHalvesAre() {
    assertThat(new Token(1, 2))
        .isEqualTo(new Token(1, 2))
        .hasSameHashCodeAs(new Token(1, 2))
        .isNotEqualTo(new Token(1, 3))
        .isNotEqualTo(new Token(2, 2))
        .isNotEqualTo("1");
  }
}
