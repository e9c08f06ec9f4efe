package io.tallystick.jmh;

/** What goes on while updates are measured, and where their directory is. */
enum Situation {
  ALONE("alone"),
  SCRAPED("another process scrapes in a loop"),
  SERIES_CREATED("another thread creates series"),
  FULL("no file can grow, series from before"),
  FULL_CREATED("no file can grow, series made then"),
  FILE_SYSTEM_FULL("file system full, series from before"),
  FILE_SYSTEM_FULL_CREATED("file system full, series made then"),
  REDIS("replicated to Redis"),
  REDIS_STOPPED("replicated to Redis, which is stopped"),
  SQLITE_DISK_BUSY("replicated to SQLite, its disk saturated"),
  ON_DISK("directory on disk"),
  ON_DISK_BUSY("directory on disk, the disk saturated");

  private final String words;

  Situation(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  boolean isOnDisk() {
    return this == ON_DISK || this == ON_DISK_BUSY;
  }

  /** Whether other processes write as much to the disk as it takes. */
  boolean isDiskBusy() {
    return this == SQLITE_DISK_BUSY || this == ON_DISK_BUSY;
  }

  boolean isInRedis() {
    return this == REDIS || this == REDIS_STOPPED;
  }

  /** Whether the length of files is limited, as a full file system does. */
  boolean isLengthLimited() {
    return this == FULL || this == FULL_CREATED;
  }

  /** Whether the directory is a small file system of its own. */
  boolean isFileSystemSmall() {
    return this == FILE_SYSTEM_FULL || this == FILE_SYSTEM_FULL_CREATED;
  }

  /** Whether series are made until there is no room for more. */
  boolean isFull() {
    return isLengthLimited() || isFileSystemSmall();
  }

  /** Whether the series that are measured are made when there is no room for them. */
  boolean isCreatedLate() {
    return this == FULL_CREATED || this == FILE_SYSTEM_FULL_CREATED;
  }
}
