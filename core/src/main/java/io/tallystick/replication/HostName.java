package io.tallystick.replication;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a directory is called where nobody named it: by its host, and by its own name. */
final class HostName {
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");
  private static final int MAX_LENGTH = 63; // of each part

  private HostName() {}

  static String of(Path directory) {
    Path own = directory.getFileName();
    return shortened(host()) + ':' + (own == null ? "" : shortened(own.toString()));
  }

  private static String host() {
    try {
      String known = Files.readString(KERNEL, StandardCharsets.UTF_8).strip();
      return known.isEmpty() ? "localhost" : known;
    } catch (IOException e) {
      return InetAddress.getLoopbackAddress().getHostName(); // no /proc: the caller has a setting
    }
  }

  static String shortened(String text) {
    if (text.length() <= MAX_LENGTH) {
      return text;
    }
    boolean isWhole = !Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1));
    return text.substring(0, isWhole ? MAX_LENGTH : MAX_LENGTH - 1);
  }
}
