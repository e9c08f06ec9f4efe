package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;

/** Calls that are expected to be refused. */
final class Refused {
  private Refused() {}

  /** Asserts that a call is refused with a category, and returns how. */
  static StoreException with(Category category, Runnable call) {
    StoreException failure = catchThrowableOfType(StoreException.class, call::run);
    assertThat(failure).as("failure").isNotNull();
    assertThat(failure.category()).as(failure.toString()).isEqualTo(category);
    return failure;
  }
}
