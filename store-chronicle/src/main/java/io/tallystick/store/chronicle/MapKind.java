package io.tallystick.store.chronicle;

/** The maps of a directory, one for each facet. */
enum MapKind {
  KEYS(0),
  JOBS(1),
  LEDGER(2);

  private static final MapKind[] BY_CODE = {KEYS, JOBS, LEDGER};

  /** What stands for it in files. */
  final int code;

  MapKind(int code) {
    this.code = code;
  }

  static MapKind of(int code) {
    return BY_CODE[code];
  }
}
