package io.tallystick.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test turns it. Threading: any. */
public final class TurnedClock extends Clock {
  private final AtomicLong millis;

  private TurnedClock(long millis) {
    this.millis = new AtomicLong(millis);
  }

  public static TurnedClock at(Instant start) {
    return new TurnedClock(start.toEpochMilli());
  }

  /** Turns the clock, forward or back. */
  public void turn(Duration by) {
    millis.addAndGet(by.toMillis());
  }

  @Override
  public long millis() {
    return millis.get();
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
