package io.tallystick.fallback;

import io.tallystick.store.KeyValues.Page;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the second store, page by page: first those of the {@link Journal}, then those that
 * the second store is still to be told, then its rows. A key moves on from one to the next only, so
 * that none is missed. Not thread-safe.
 */
final class JournalScan {
  private static final String IN_JOURNAL = "j";
  private static final String UNWRITTEN = "u";
  private static final String IN_ROWS = "r";

  private final JournalRows rows;
  private final JournalView view;
  private final Mirror mirror;
  private final LastKnown known;
  private final InstantSource clock;

  JournalScan(
      JournalRows rows, JournalView view, Mirror mirror, LastKnown known, InstantSource clock) {
    this.rows = rows;
    this.view = view;
    this.mirror = mirror;
    this.known = known;
    this.clock = clock;
  }

  /** A page; a cursor is where it is, and the key or cursor behind which it goes on. */
  Page page(String prefix, @Nullable String cursor, int limit) {
    String after = cursor == null || cursor.length() == 1 ? null : cursor.substring(1);
    return switch (cursor == null ? IN_JOURNAL : cursor.substring(0, 1)) {
      case IN_JOURNAL -> {
        List<String> keys = view.keysFrom(prefix, after, limit, clock.millis());
        yield new Page(keys, next(keys, limit, IN_JOURNAL, UNWRITTEN));
      }
      case UNWRITTEN -> {
        List<String> keys = known.unwrittenKeys(prefix, after, limit);
        yield new Page(there(keys), next(keys, limit, UNWRITTEN, IN_ROWS));
      }
      default -> {
        Page page = rows.scan(prefix, after, limit);
        yield new Page(there(page.keys()), page.next() == null ? null : IN_ROWS + page.next());
      }
    };
  }

  private static String next(List<String> keys, int limit, String here, String behind) {
    return keys.size() < limit ? behind : here + keys.get(keys.size() - 1);
  }

  private List<String> there(List<String> keys) {
    return keys.stream().filter(key -> !JournalRows.isOwn(key) && isThere(key)).toList();
  }

  private boolean isThere(String key) {
    JournalView.Latest latest = view.of(key);
    return latest == null ? mirror.value(key).isThere() : latest.isThere(clock.millis());
  }
}
