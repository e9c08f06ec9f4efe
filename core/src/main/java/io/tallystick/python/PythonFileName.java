package io.tallystick.python;

import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the name of a file says: {@code counter_12.db}, {@code gauge_livesum_12.db}.
 *
 * @param type the type of all families in it
 * @param mode how its gauges merge; {@link GaugeMode#ALL} where it has none
 * @param pid the text that tells its process apart
 */
public record PythonFileName(FamilyType type, GaugeMode mode, String pid) {
  /** How the names of all such files end. */
  public static final String ENDING = ".db";

  private static final String SEPARATOR = "_";

  /** Reads a file's name; null where client_python gives no such name. */
  public static @Nullable PythonFileName parse(String fileName) {
    if (!fileName.endsWith(ENDING)) {
      return null;
    }
    String name = fileName.substring(0, fileName.length() - ENDING.length());
    for (FamilyType type :
        new FamilyType[] {FamilyType.COUNTER, FamilyType.HISTOGRAM, FamilyType.SUMMARY}) {
      String pid = behind(prefix(type, GaugeMode.ALL), name);
      if (pid != null) {
        return new PythonFileName(type, GaugeMode.ALL, pid);
      }
    }
    for (GaugeMode mode : GaugeMode.values()) {
      String pid = behind(prefix(FamilyType.GAUGE, mode), name);
      if (pid != null) {
        return new PythonFileName(FamilyType.GAUGE, mode, pid);
      }
    }
    return null;
  }

  private static @Nullable String behind(String prefix, String name) {
    boolean hasPid = name.length() > prefix.length() && name.startsWith(prefix);
    return hasPid ? name.substring(prefix.length()) : null;
  }

  private static String prefix(FamilyType type, GaugeMode mode) {
    String gauge = type == FamilyType.GAUGE ? lower(mode) + SEPARATOR : "";
    return lower(type) + SEPARATOR + gauge;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** The name of the file. */
  @Override
  public String toString() {
    return prefix(type, mode) + pid + ENDING;
  }
}
