package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.Deadline;
import io.tallystick.store.Documents.Found;
import io.tallystick.store.MemberOrder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The members of one set in their order, in pages of bounded size. The set's own entry has the
 * first member and the number of each page. Used within a call; reads what it needs each time.
 *
 * <p>An entry begins with an end that never comes, as those of values do. Then members: of each the
 * place in eight bytes, the length of its key in four, and that; in a set's entry each comes behind
 * the eight bytes of its page's number. A page that was lost in a recovery is as one without
 * members.
 */
final class MemberPages {
  private static final int MOST = 128; // members of a page

  private final ChronicleKeyValues entries;
  private final byte[] key;

  MemberPages(ChronicleKeyValues entries, byte[] key) {
    this.entries = entries;
    this.key = key;
  }

  /** A page as the set's entry has it: its first member bounds it from below, save the first. */
  private record Range(long number, Found first) {}

  private List<Range> ranges() {
    List<Range> ranges = new ArrayList<>();
    byte[] entry = entries.raw(key);
    if (entry != null) {
      ByteBuffer bytes = ByteBuffer.wrap(entry).position(Long.BYTES);
      while (bytes.hasRemaining()) {
        ranges.add(new Range(bytes.getLong(), getMember(bytes)));
      }
    }
    return ranges;
  }

  private void put(List<Range> ranges) {
    if (ranges.isEmpty()) {
      entries.removeRaw(key);
      return;
    }
    List<byte[]> keys = new ArrayList<>(ranges.size());
    int length = Long.BYTES;
    for (Range range : ranges) {
      byte[] bytes = range.first.key().getBytes(UTF_8);
      keys.add(bytes);
      length += 2 * Long.BYTES + Integer.BYTES + bytes.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).putLong(Deadline.NEVER_MS);
    for (int i = 0; i < keys.size(); i++) {
      bytes.putLong(ranges.get(i).number);
      putMember(bytes, ranges.get(i).first.place(), keys.get(i));
    }
    entries.putRaw(key, bytes.array());
  }

  private static Found getMember(ByteBuffer bytes) {
    long place = bytes.getLong();
    byte[] key = new byte[bytes.getInt()];
    bytes.get(key);
    return new Found(new String(key, UTF_8), place);
  }

  private static void putMember(ByteBuffer bytes, long place, byte[] key) {
    bytes.putLong(place).putInt(key.length).put(key);
  }

  private List<Found> page(long number) {
    List<Found> members = new ArrayList<>();
    byte[] entry = entries.raw(DocumentKeys.page(number));
    if (entry != null) {
      ByteBuffer bytes = ByteBuffer.wrap(entry).position(Long.BYTES);
      while (bytes.hasRemaining()) {
        members.add(getMember(bytes));
      }
    }
    return members;
  }

  private void putPage(long number, List<Found> members) {
    List<byte[]> keys = new ArrayList<>(members.size());
    int length = Long.BYTES;
    for (Found member : members) {
      byte[] bytes = member.key().getBytes(UTF_8);
      keys.add(bytes);
      length += Long.BYTES + Integer.BYTES + bytes.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).putLong(Deadline.NEVER_MS);
    for (int i = 0; i < keys.size(); i++) {
      putMember(bytes, members.get(i).place(), keys.get(i));
    }
    entries.putRaw(DocumentKeys.page(number), bytes.array());
  }

  /** The last page that does not begin behind a member; the first where all do. */
  private static int indexOf(List<Range> ranges, Found member) {
    int low = 0;
    int high = ranges.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (MemberOrder.ASCENDING.compare(ranges.get(middle).first, member) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  void add(Found member) {
    List<Range> ranges = ranges();
    if (ranges.isEmpty()) {
      long number = entries.nextNumber(DocumentKeys.page(0));
      putPage(number, List.of(member));
      put(List.of(new Range(number, member)));
      return;
    }
    int index = indexOf(ranges, member);
    Range range = ranges.get(index);
    List<Found> members = page(range.number);
    int at = Collections.binarySearch(members, member, MemberOrder.ASCENDING);
    if (at >= 0) {
      return;
    }
    members.add(-at - 1, member);
    if (members.size() <= MOST) {
      putPage(range.number, members);
      return;
    }
    boolean isLast = -at == members.size() && index == ranges.size() - 1;
    int middle = isLast ? members.size() - 1 : members.size() / 2; // who only adds fills its pages
    long number = entries.nextNumber(DocumentKeys.page(0));
    putPage(range.number, members.subList(0, middle));
    putPage(number, members.subList(middle, members.size()));
    ranges.add(index + 1, new Range(number, members.get(middle)));
    put(ranges);
  }

  void remove(Found member) {
    List<Range> ranges = ranges();
    if (ranges.isEmpty()) {
      return;
    }
    int index = indexOf(ranges, member);
    Range range = ranges.get(index);
    List<Found> members = page(range.number);
    if (!members.remove(member)) {
      return;
    }
    if (!members.isEmpty()) {
      putPage(range.number, members);
      return;
    }
    entries.removeRaw(DocumentKeys.page(range.number));
    ranges.remove(index);
    put(ranges);
  }

  /** Puts other members, in their order, in the place of all that are there, into new pages. */
  void putAll(List<Found> members) {
    List<Range> ranges = new ArrayList<>();
    for (int from = 0; from < members.size(); from += MOST) {
      List<Found> some = members.subList(from, Math.min(members.size(), from + MOST));
      long number = entries.nextNumber(DocumentKeys.page(0));
      putPage(number, some);
      ranges.add(new Range(number, some.get(0)));
    }
    put(ranges);
  }

  List<Found> all() {
    List<Found> all = new ArrayList<>();
    walk(new Found("", Long.MIN_VALUE), false, all::add);
    return all;
  }

  /** The numbers of its pages. */
  List<Long> numbers() {
    return ranges().stream().map(Range::number).toList();
  }

  boolean contains(Found member) {
    List<Range> ranges = ranges();
    return !ranges.isEmpty()
        && Collections.binarySearch(
                page(ranges.get(indexOf(ranges, member)).number), member, MemberOrder.ASCENDING)
            >= 0;
  }

  /** About how many members there are. */
  long size() {
    return (long) ranges().size() * MOST;
  }

  /** Shows members from one on, in an order, until the action has had enough. */
  void walk(Found from, boolean descending, Walk walk) {
    List<Range> ranges = ranges();
    if (ranges.isEmpty()) {
      return;
    }
    int step = descending ? -1 : 1;
    var order = MemberOrder.of(descending);
    for (int i = indexOf(ranges, from); i >= 0 && i < ranges.size(); i += step) {
      List<Found> members = page(ranges.get(i).number);
      if (descending) {
        Collections.reverse(members);
      }
      for (Found member : members) {
        if (order.compare(member, from) >= 0 && !walk.goesOn(member)) {
          return;
        }
      }
    }
  }

  /** Takes members. */
  interface Walk {
    boolean goesOn(Found member);
  }
}
