package io.tallystick.testing;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock of several JVMs, in a file, that stands still until one of them turns it. */
public final class SharedClock extends Clock {
  private final MappedByteBuffer millis;

  private SharedClock(MappedByteBuffer millis) {
    this.millis = millis;
  }

  /** Opens the clock of a file, which is made where there is none. */
  public static SharedClock open(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new SharedClock(channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES));
    }
  }

  /** Sets the time. One process does this, and {@link #turn}. */
  public void set(Instant now) {
    millis.putLong(0, now.toEpochMilli());
  }

  public void turn(Duration by) {
    millis.putLong(0, millis.getLong(0) + by.toMillis());
  }

  @Override
  public long millis() {
    return millis.getLong(0);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
