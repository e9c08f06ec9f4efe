package io.tallystick.scrape;

import io.tallystick.merge.MergedFamily;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Writes merged families as text, line prefixes kept from scrape to scrape. Not thread-safe. */
final class TextWriter {
  private static final byte[] EOF = "# EOF\n".getBytes(StandardCharsets.US_ASCII);

  private final IdentityHashMap<MergedFamily, FamilyText> texts = new IdentityHashMap<>();
  private final ByteSink sink = new ByteSink();

  void write(
      TextFormat format,
      List<MergedFamily> families,
      Predicate<String> includedNames,
      OutputStream out)
      throws IOException {
    if (texts.size() > families.size()) {
      texts.keySet().retainAll(Set.copyOf(families));
    }
    sink.start(out);
    try {
      for (MergedFamily family : families) {
        if (includedNames.test(family.metadata().getPrometheusName())) {
          textOf(family).write(format, sink);
        }
      }
      if (format == TextFormat.OPENMETRICS) {
        sink.put(EOF);
      }
      sink.flush();
    } finally {
      sink.end();
    }
  }

  private FamilyText textOf(MergedFamily family) {
    FamilyText text = texts.get(family);
    if (text == null || !text.isCurrent()) {
      text = new FamilyText(family);
      texts.put(family, text);
    }
    return text;
  }
}
