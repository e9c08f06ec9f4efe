package io.tallystick;

import io.tallystick.merge.Retirement;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** The file that an instance is to have in a directory: its size, and whose it is. */
final class OwnFile {
  private static final int MAX_INSTANCE_BYTES = 128;

  private final int columns;
  private final int segmentCells;
  private final long maxBytes;
  private final @Nullable String role;
  private final @Nullable String instanceName;
  private final Clock clock;

  /**
   * As a builder says.
   *
   * @throws IllegalArgumentException where its names contradict each other, or are too long
   */
  OwnFile(Tallystick.Builder builder) {
    this.columns = builder.columns;
    this.segmentCells = builder.segmentCells;
    this.maxBytes = builder.maxBytes;
    this.role = builder.role;
    this.instanceName = nameOf(builder);
    this.clock = builder.clock;
  }

  private static @Nullable String nameOf(Tallystick.Builder builder) {
    String role = builder.role;
    String name = builder.instanceName;
    if (role != null && builder.isNamed && !role.equals(name)) {
      throw new IllegalArgumentException(
          "the role is the instance name, set one of them: role=" + role + " instanceName=" + name);
    }
    String chosen = role != null ? role : name;
    if (chosen != null) {
      requireShort(chosen);
    }
    return chosen;
  }

  /** A header has room for this much, and for what tells apart processes of one name. */
  private static void requireShort(String instanceName) {
    int length = instanceName.getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_INSTANCE_BYTES) {
      throw new IllegalArgumentException(
          "instance name is too long: bytes=" + length + " most=" + MAX_INSTANCE_BYTES);
    }
  }

  /** The file of the killed process of this role; null where there is none to go on with. */
  @Nullable ProcessFile resume(Directory directory) throws IOException {
    return role == null
        ? null
        : ProcessFile.resume(directory, settings(directory), Retirement::isWhole);
  }

  ProcessFile create(Directory directory) throws IOException {
    ProcessFile.Settings settings = settings(directory);
    return role == null
        ? ProcessFile.create(directory, settings)
        : ProcessFile.createResumable(directory, settings);
  }

  private ProcessFile.Settings settings(Directory directory) {
    long free = directory.path().toFile().getUsableSpace();
    long bytes = maxBytes > 0 ? maxBytes : Math.max(NumberSetting.MAX_BYTES.least(), free / 4);
    return new ProcessFile.Settings(columns, segmentCells, bytes, instanceName, clock);
  }
}
