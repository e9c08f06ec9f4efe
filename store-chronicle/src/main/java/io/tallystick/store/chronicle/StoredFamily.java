package io.tallystick.store.chronicle;

import io.tallystick.store.FamilyBytes;
import io.tallystick.store.FamilyValues;
import java.util.List;

/** A family as it is stored, to be made values of when the call that has read it is over. */
record StoredFamily(FamilyValues description, List<byte[]> series) {
  FamilyValues values() {
    return description.withSeries(series.stream().map(FamilyBytes::toSeries).toList());
  }

  static List<FamilyValues> values(List<StoredFamily> families) {
    return families.stream().map(StoredFamily::values).toList();
  }
}
