package io.tallystick.store.redis;

import java.util.Collection;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a family has of a source, beside its series: {@code VERSION TIME SIGN LEASE}.
 *
 * @param version digits that compare as the numbers do
 * @param publishedMs when the source published it
 * @param sign {@code +}; or {@code -} where the source has none of this family any more
 * @param leaseEndMs when the lease ended that the source had then
 */
record LedgerHeader(String version, long publishedMs, char sign, long leaseEndMs) {
  /** Of what somebody else has put there. */
  static final LedgerHeader NONE = new LedgerHeader("", 0, '-', 0);

  private static final int VERSION_DIGITS = 19;
  private static final Pattern TEXT =
      Pattern.compile("(\\d{19}) (\\d{1,18})(?: ([+-]))?(?: (\\d{1,19}))?");

  /** A version as texts of it compare. */
  static String version(long version) {
    String digits = Long.toString(version);
    return "0".repeat(VERSION_DIGITS - digits.length()) + digits;
  }

  /** The header that a text is; {@link #NONE} where it is none. */
  static LedgerHeader parse(@Nullable String text) {
    Matcher matcher = TEXT.matcher(text == null ? "" : text);
    if (!matcher.matches()) {
      return NONE;
    }
    String sign = matcher.group(3);
    String lease = matcher.group(4);
    try {
      return new LedgerHeader(
          matcher.group(1),
          Long.parseLong(matcher.group(2)),
          sign == null ? '-' : sign.charAt(0),
          lease == null ? 0 : Long.parseLong(lease));
    } catch (NumberFormatException e) {
      return NONE; // beyond a long
    }
  }

  /** The newest of some: what their source published last, as far as they have it. */
  static LedgerHeader newest(Collection<LedgerHeader> headers) {
    return headers.stream().max(Comparator.comparing(LedgerHeader::version)).orElse(NONE);
  }

  long number() {
    try {
      return version.isEmpty() ? 0 : Long.parseLong(version);
    } catch (NumberFormatException e) {
      return 0; // beyond a long
    }
  }

  /** What tells the content of a family from what it was before; empty where there is none. */
  String mark() {
    return isNothing(version) ? "" : version + sign;
  }

  /** The mark that a text is; empty where nothing was published under it. */
  static String mark(String text) {
    boolean isMark = text.length() == VERSION_DIGITS + 1;
    return isMark && !isNothing(text.substring(0, VERSION_DIGITS)) ? text : "";
  }

  private static boolean isNothing(String version) {
    return version.chars().allMatch(digit -> digit == '0');
  }
}
