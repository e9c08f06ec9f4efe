package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Scanner;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortTest {
  private static final Path GIVEN_BY_LINUX = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int FIRST_BY_DEFAULT = 32_768;

  @Test
  void shouldGiveNoneThatASystemGivesToOthersNorAsABus() throws IOException {
    assumeTrue(Files.exists(GIVEN_BY_LINUX), "not Linux");
    int first = firstGivenByLinux();
    assumeTrue(first >= FIRST_BY_DEFAULT, "gives more than by default: first=" + first);
    for (int i = 0; i < 20; i++) {
      assertThat(FreePort.next() + 10_000).isLessThan(first);
    }
  }

  private static int firstGivenByLinux() throws IOException {
    byte[] text = new byte[64];
    try (InputStream range = Files.newInputStream(GIVEN_BY_LINUX)) {
      int length = range.read(text); // all of it, or Linux gives no more than the first digit
      return new Scanner(new String(text, 0, length, US_ASCII)).nextInt();
    }
  }

  @Test
  void shouldGiveEachOnceAndSoThatItIsFree() throws IOException {
    Set<Integer> given = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      int port = FreePort.next();
      assertThat(given.add(port)).isTrue();
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        assertThat(socket.getLocalPort()).isEqualTo(port);
      }
    }
  }
}
