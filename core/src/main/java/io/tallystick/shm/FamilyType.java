package io.tallystick.shm;

import org.jspecify.annotations.Nullable;

/** The type of a metric family, with its code in descriptors. */
public enum FamilyType {
  COUNTER(1),
  GAUGE(2),
  HISTOGRAM(3),
  SUMMARY(4),
  INFO(5),
  STATESET(6);

  final int code;

  FamilyType(int code) {
    this.code = code;
  }

  /** True where a series has one copy of its cells, false where each column has one. */
  public boolean isSingle() {
    return this == GAUGE || this == INFO || this == STATESET;
  }

  static @Nullable FamilyType ofCode(int code) {
    for (FamilyType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }
}
