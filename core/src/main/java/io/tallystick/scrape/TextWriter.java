package io.tallystick.scrape;

import io.tallystick.merge.MergedFamily;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Writes merged families as text, line prefixes kept from scrape to scrape. Not thread-safe. */
public final class TextWriter {
  private static final byte[] EOF = "# EOF\n".getBytes(StandardCharsets.US_ASCII);

  private final Map<Exposition, Map<MergedFamily, FamilyText>> texts = new HashMap<>();
  private final ByteSink sink = new ByteSink();

  /** Writes the families of whose names one is included. */
  public void write(
      Exposition exposition,
      List<MergedFamily> families,
      Predicate<String> includedNames,
      OutputStream out)
      throws IOException {
    Map<MergedFamily, FamilyText> known =
        texts.computeIfAbsent(exposition, e -> new IdentityHashMap<>());
    for (Map<MergedFamily, FamilyText> some : texts.values()) {
      if (some.size() > families.size()) {
        some.keySet().retainAll(Set.copyOf(families));
      }
    }
    sink.start(out);
    try {
      for (MergedFamily family : families) {
        if (NameFilter.includes(includedNames, family.metadata())) {
          textOf(family, exposition, known).write(sink);
        }
      }
      if (exposition.format() == TextFormat.OPENMETRICS) {
        sink.put(EOF);
      } else if (exposition.createdTimestamps()) {
        for (MergedFamily family : families) {
          if (NameFilter.includes(includedNames, family.metadata())) {
            textOf(family, exposition, known).writeCreated(sink);
          }
        }
      }
      sink.flush();
    } finally {
      sink.end();
    }
  }

  private static FamilyText textOf(
      MergedFamily family, Exposition exposition, Map<MergedFamily, FamilyText> known) {
    FamilyText text = known.get(family);
    if (text == null || !text.isCurrent()) {
      text = new FamilyText(family, exposition);
      known.put(family, text);
    }
    return text;
  }
}
