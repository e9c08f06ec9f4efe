package io.tallystick.store;

import io.tallystick.store.Documents.Found;
import java.util.Comparator;

/** The order of a set's documents: by place, then by the bytes of their keys in UTF-8. */
public final class MemberOrder {
  /** The least place first. */
  public static final Comparator<Found> ASCENDING = MemberOrder::compare;

  private MemberOrder() {}

  /** The order of a search's pages. */
  public static Comparator<Found> of(boolean descending) {
    return descending ? ASCENDING.reversed() : ASCENDING;
  }

  private static int compare(Found a, Found b) {
    int order = Long.compare(a.place(), b.place());
    return order == 0 ? compareUtf8(a.key(), b.key()) : order;
  }

  /** As the bytes of the texts in UTF-8 compare, which is as their code points do. */
  static int compareUtf8(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char left = a.charAt(i);
      char right = b.charAt(i);
      if (left != right) {
        boolean areAlike = Character.isSurrogate(left) == Character.isSurrogate(right);
        return areAlike ? left - right : Character.isSurrogate(left) ? 1 : -1;
      }
    }
    return a.length() - b.length();
  }
}
