package io.tallystick.store.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;

/** What a store says when it refuses a call. */
final class Refusal {
  private Refusal() {}

  static void assertPermanent(Runnable call) {
    assertCategory(Category.PERMANENT, call);
  }

  static void assertCorrupt(Runnable call) {
    assertCategory(Category.CORRUPT, call);
  }

  private static void assertCategory(Category category, Runnable call) {
    StoreException refusal = catchThrowableOfType(StoreException.class, call::run);
    assertThat(refusal).as("refusal").isNotNull();
    assertThat(refusal.category()).as(refusal.toString()).isEqualTo(category);
  }
}
