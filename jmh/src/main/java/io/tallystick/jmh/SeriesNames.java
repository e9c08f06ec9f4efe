package io.tallystick.jmh;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The names of many counter series: families of two labels, as an HTTP service would have them. */
record SeriesNames(int families, int seriesPerFamily, String pathPrefix) {
  private static final int STATUSES = 10;

  int count() {
    return families * seriesPerFamily;
  }

  /** The family's name, with the {@code _total} of a counter. */
  String family(int family) {
    return String.format(Locale.ROOT, "shop_requests_%02d_total", family);
  }

  /** The value of label {@code path}. */
  String path(int series) {
    return String.format(Locale.ROOT, "%s/item/%05d", pathPrefix, series / STATUSES);
  }

  /** The value of label {@code status}. */
  String status(int series) {
    return "20" + series % STATUSES;
  }

  /** The bytes of all label values. */
  long labelBytes() {
    long sum = 0;
    for (int series = 0; series < seriesPerFamily; series++) {
      sum += utf8(path(series)) + utf8(status(series));
    }
    return sum * families;
  }

  private static int utf8(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length;
  }
}
