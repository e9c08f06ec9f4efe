package io.tallystick.mirror;

import io.tallystick.shm.FamilyType;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of a registry at one moment, read one data point after the other.
 *
 * <p>What is said of a family holds until the next family, what is said of a data point until the
 * next data point. Not thread-safe. Those who read many series make no object for each.
 */
public interface SnapshotCursor {
  /** Goes to the next family; false where there is none. */
  boolean nextFamily();

  /** The family's type, or null where it is one that a directory has no cells for. */
  @Nullable FamilyType type();

  /** The name without type suffix, as {@code MetricMetadata.getName()}. */
  String name();

  /** The name as the metric's builder was given it. */
  String originalName();

  /** The name that a format without suffix rules shows. */
  String expositionBaseName();

  @Nullable String help();

  @Nullable String unit();

  /** Goes to the family's next data point; false where there is none. */
  boolean nextPoint();

  /** How many labels the data point has. They are sorted by their names. */
  int labels();

  String labelName(int label);

  String labelValue(int label);

  /** When the series was created, in milliseconds of the Unix epoch; 0 where that is not known. */
  long createdMs();

  /** A counter's or a gauge's value. */
  double value();

  /** The sum of a histogram's or a summary's observations; not a number where there is none. */
  double sum();

  /**
   * How many counts a histogram or a summary has. A summary has one. A histogram has one for each
   * classic bucket; without classic buckets it has that of +Inf, which is all that is read of
   * native ones.
   */
  int counts();

  /** A count; of a histogram that of one bucket, not cumulative. */
  long count(int index);

  /** The upper bound of a histogram's bucket; the last one is +Inf. */
  double upperBound(int bucket);

  /** How many states a state set has. */
  int states();

  String state(int index);

  boolean isTrue(int state);
}
