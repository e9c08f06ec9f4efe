package io.tallystick.server;

import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/** How {@code tallystick dump} writes a scrape. */
enum DumpFormat {
  /** Prometheus' text format 0.0.4. */
  TEXT {
    @Override
    void write(Scraper scraper, OutputStream out) throws IOException {
      scraper.write(TextFormat.PROMETHEUS, out);
    }
  },

  /** OpenMetrics 1.0. */
  OPENMETRICS {
    @Override
    void write(Scraper scraper, OutputStream out) throws IOException {
      scraper.write(TextFormat.OPENMETRICS, out);
    }
  },

  /** One array of families, as {@link DumpJson} describes. */
  JSON {
    @Override
    void write(Scraper scraper, OutputStream out) throws IOException {
      DumpJson.write(scraper.snapshots(), out);
    }
  };

  /** The format that has this name on the command line. */
  static DumpFormat named(String name) {
    for (DumpFormat format : values()) {
      if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
        return format;
      }
    }
    throw new UsageException("unknown format: format=" + name + "; use text, openmetrics or json");
  }

  /** Writes one scrape. */
  abstract void write(Scraper scraper, OutputStream out) throws IOException;
}
