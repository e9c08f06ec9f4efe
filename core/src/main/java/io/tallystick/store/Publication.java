package io.tallystick.store;

import java.time.Duration;
import java.util.List;

/**
 * What a source publishes: the absolute values of all its series, or of those that have changed.
 *
 * @param source what publishes, such as a directory; a name of its own for each life of it
 * @param version above that of all earlier publications of the source, and above zero
 * @param since the version whose publication these changes follow; 0 where all series are here
 * @param families the values; the families of one name differ in type, gauge mode or states
 * @param lease how long the source counts as live without another publication; above zero
 */
public record Publication(
    String source, long version, long since, List<FamilyValues> families, Duration lease) {
  /** Checks the values and copies the list. */
  public Publication {
    if (since < 0 || version <= since) {
      throw new IllegalArgumentException(
          "version does not follow: version=" + version + " since=" + since);
    }
    if (lease.isNegative() || lease.isZero()) {
      throw new IllegalArgumentException("lease is not above zero: lease=" + lease);
    }
    families = List.copyOf(families);
    if (families.stream().map(FamilyValues::identity).distinct().count() != families.size()) {
      throw new IllegalArgumentException("family is repeated: source=" + source);
    }
  }

  /** All series of a source; what the store has of others is removed. */
  public static Publication ofAll(
      String source, long version, List<FamilyValues> families, Duration lease) {
    return new Publication(source, version, 0, families, lease);
  }

  /**
   * The series that have changed, each in the place of the one of the same labels; what is not
   * named stays. Where a series or a family has gone, all are published.
   */
  public static Publication ofChanges(
      String source, long version, long since, List<FamilyValues> families, Duration lease) {
    if (since == 0) {
      throw new IllegalArgumentException("changes follow no version: source=" + source);
    }
    return new Publication(source, version, since, families, lease);
  }

  /** Whether all series of the source are here. */
  public boolean isOfAll() {
    return since == 0;
  }
}
