package io.tallystick.shm;

import java.io.IOException;
import java.util.List;

/**
 * Gives columns to the threads that asked for one, and takes them back from those that have died.
 *
 * <p>Where there is no room a thread stays on the shared columns, which is only slower. Threading:
 * callers hold the process file's lock.
 */
final class ColumnGrants {
  private static final int MAX_SHARED_COLUMNS = 8;

  private final Ownership ownership;
  private final List<SeriesLog> logs;

  ColumnGrants(Ownership ownership, List<SeriesLog> logs) {
    this.ownership = ownership;
    this.logs = logs;
  }

  void turn() {
    reclaim();
    grant();
    grantWide();
    addShared();
  }

  private void reclaim() {
    for (int number : ownership.reclaim()) {
      logs.forEach(log -> log.disown(Ownership.FIRST_OWNED_COLUMN + number));
    }
  }

  private void grant() {
    for (Thread thread : ownership.takeAsking()) {
      int number = ownership.free();
      if (number < 0) {
        break;
      }
      try {
        for (SeriesLog log : logs) {
          log.grant(Ownership.FIRST_OWNED_COLUMN + number, thread);
        }
        ownership.grant(number, thread);
      } catch (IOException e) {
        break; // no room
      }
    }
    ownership.setFull(ownership.free() < 0);
  }

  private void grantWide() {
    try {
      for (SeriesLog log : logs) {
        log.grantWide(ownership);
      }
    } catch (IOException e) {
      return; // no room
    }
  }

  private void addShared() {
    try {
      for (SeriesLog log : logs) {
        log.addSharedWhereContended(MAX_SHARED_COLUMNS);
      }
    } catch (IOException e) {
      return; // no room: threads go on meeting in the columns there are
    }
  }
}
