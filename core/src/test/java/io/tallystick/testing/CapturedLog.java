package io.tallystick.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What Tallystick logs while this is open; it is logged nowhere else. */
public final class CapturedLog implements AutoCloseable {
  private static final Logger LOGGER = Logger.getLogger("io.tallystick");

  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          messages.add(record.getMessage());
          if (record.getThrown() != null) {
            failures.add(record.getThrown());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private CapturedLog() {}

  public static CapturedLog open() {
    CapturedLog log = new CapturedLog();
    LOGGER.addHandler(log.handler);
    LOGGER.setUseParentHandlers(false);
    return log;
  }

  public List<String> messages() {
    return messages;
  }

  /** The causes that came with messages. */
  public List<Throwable> failures() {
    return failures;
  }

  @Override
  public void close() {
    LOGGER.removeHandler(handler);
    LOGGER.setUseParentHandlers(true);
  }
}
