package io.tallystick.store.chronicle;

import java.util.List;

/** What a JVM that opens a directory is started with. */
final class JvmOptions {
  static final List<String> ALL =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

  private JvmOptions() {}
}
