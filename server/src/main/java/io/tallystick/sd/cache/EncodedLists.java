package io.tallystick.sd.cache;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The encoded lists that a process has, one for each content: however many queries give the same
 * list, its bytes are kept once, plain and compressed, for as long as somebody has it. Threading:
 * any.
 */
final class EncodedLists {
  private final Map<String, Kept> byTag = new ConcurrentHashMap<>();
  private final ReferenceQueue<EncodedList> gone = new ReferenceQueue<>();

  /** A list that may be gone. */
  private static final class Kept extends WeakReference<EncodedList> {
    private final String tag;

    Kept(EncodedList list, ReferenceQueue<EncodedList> gone) {
      super(list, gone);
      this.tag = list.etag();
    }
  }

  /** The list of these bytes: the one that is there, if there is one. */
  EncodedList of(byte[] json) {
    forgetGone();
    EncodedList made = EncodedList.of(json);
    EncodedList[] kept = {made};
    byTag.compute(
        made.etag(),
        (tag, present) -> {
          EncodedList other = present == null ? null : present.get();
          if (other == null) {
            return new Kept(made, gone);
          }
          kept[0] = other.has(json) ? other : made; // of two that had one tag the first is kept
          return present;
        });
    return kept[0];
  }

  private void forgetGone() {
    for (Reference<? extends EncodedList> each = gone.poll(); each != null; each = gone.poll()) {
      forget((Kept) each);
    }
  }

  private void forget(Kept each) {
    boolean unused = byTag.remove(each.tag, each); // another one of this content may be there
  }

  /** How many contents are known. */
  int size() {
    forgetGone();
    return byTag.size();
  }
}
