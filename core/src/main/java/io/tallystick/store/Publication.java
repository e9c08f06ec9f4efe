package io.tallystick.store;

import java.time.Duration;
import java.util.List;

/**
 * What a source publishes: the absolute values of all its series, or of those that have changed.
 *
 * @param source what publishes, such as a directory; a name of its own for each life of it
 * @param version above that of all earlier publications of the source, and above zero
 * @param since the version that the source has to have; 0 where it may have any, or not be there
 * @param isOfAll whether all series of the source are here
 * @param families the values; the families of one name differ in type, gauge mode or states
 * @param lease how long the source counts as live without another publication; above zero
 */
public record Publication(
    String source,
    long version,
    long since,
    boolean isOfAll,
    List<FamilyValues> families,
    Duration lease) {
  /** Checks the values and copies the list. */
  public Publication {
    if (since < 0 || version <= since) {
      throw new IllegalArgumentException(
          "version does not follow: version=" + version + " since=" + since);
    }
    if (since == 0 && !isOfAll) {
      throw new IllegalArgumentException("changes follow no version: source=" + source);
    }
    if (lease.isNegative() || lease.isZero()) {
      throw new IllegalArgumentException("lease is not above zero: lease=" + lease);
    }
    families = List.copyOf(families);
    if (families.stream().map(FamilyValues::identity).distinct().count() != families.size()) {
      throw new IllegalArgumentException("family is repeated: source=" + source);
    }
  }

  /**
   * All series of a source, which is made where it is not there; what the store has of others is
   * removed. One that arrives when the source was retired and forgotten makes it again.
   */
  public static Publication ofAll(
      String source, long version, List<FamilyValues> families, Duration lease) {
    return new Publication(source, version, 0, true, families, lease);
  }

  /**
   * As {@link #ofAll}, of a source that is there with a version: one that arrives late makes none.
   */
  public static Publication ofAllBehind(
      String source, long version, long since, List<FamilyValues> families, Duration lease) {
    if (since == 0) {
      throw new IllegalArgumentException("publication follows no version: source=" + source);
    }
    return new Publication(source, version, since, true, families, lease);
  }

  /**
   * The series that have changed, each in the place of the one of the same labels; what is not
   * named stays. Where a series or a family has gone, all are published.
   */
  public static Publication ofChanges(
      String source, long version, long since, List<FamilyValues> families, Duration lease) {
    return new Publication(source, version, since, false, families, lease);
  }

  /** About how many bytes the families take, as a store in memory reckons them. */
  public long bytes() {
    return families.stream().mapToLong(Room::bytesOf).sum();
  }
}
