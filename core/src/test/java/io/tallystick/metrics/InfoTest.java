package io.tallystick.metrics;

import static io.tallystick.metrics.Differential.assertRefusedBeforeScrape;
import static io.tallystick.metrics.Differential.assertSameExposition;
import static io.tallystick.metrics.Differential.assertSameFailure;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.metrics.Library.Facts;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InfoTest {
  private static final String[] NOTHING = {};

  @ParameterizedTest
  @ValueSource(strings = {"build", "build_info", "build.info", "the.build"})
  void shouldShowTheNameOfClientJavaWhenSuffixOrDotsAreGiven(String name) throws IOException {
    assertSameExposition(
        library -> {
          Facts info = library.info(b -> b.name(name).help("Build.").labelNames("version"));
          info.setLabelValues("1.0");
        });
  }

  @Test
  void shouldShowConstLabelsWhenItHasNoOthers() throws IOException {
    assertSameExposition(
        library -> library.info(b -> b.name("build").constLabels(Labels.of("version", "1.0"))));
  }

  @Test
  void shouldShowAllSetsWhenTheyAreAdded() throws IOException {
    assertSameExposition(
        library -> {
          Facts info =
              library.info(
                  b ->
                      b.name("runtime")
                          .help("Two\nlines")
                          .labelNames("version", "env")
                          .constLabels(Labels.of("vendor", "\"x\"")));
          info.addLabelValues("17", "prod");
          info.addLabelValues("17", "dev");
          info.addLabelValues("17", "dev");
          info.addLabelValues("", "\\");
        });
  }

  @Test
  void shouldShowOneSetWhenItIsSet() throws IOException {
    assertSameExposition(
        library -> {
          Facts info = library.info(b -> b.name("runtime").labelNames("version", "env"));
          info.addLabelValues("17", "prod");
          info.addLabelValues("17", "dev");
          info.setLabelValues("21", "prod");
          info.setLabelValues("25", "prod");
        });
  }

  @Test
  void shouldShowOneSetWhenItIsSetToWhatItWas() throws IOException {
    assertSameExposition(
        library -> {
          Facts info = library.info(b -> b.name("runtime").labelNames("version"));
          info.addLabelValues("17");
          info.addLabelValues("21");
          info.setLabelValues("17");
        });
  }

  @Test
  void shouldForgetASetWhenItIsRemoved() throws IOException {
    assertSameExposition(
        library -> {
          Facts info = library.info(b -> b.name("runtime").labelNames("version"));
          info.addLabelValues("17");
          info.addLabelValues("21");
          info.remove("21");
          info.remove("25");
        });
  }

  @Test
  void shouldShowASetAgainWhenItIsAddedAfterItWasRemoved() throws IOException {
    assertSameExposition(
        library -> {
          Facts info = library.info(b -> b.name("runtime").labelNames("version"));
          info.addLabelValues("17");
          info.remove("17");
          info.addLabelValues("17");
        });
  }

  @Test
  void shouldShowOnWhenItHasNoLabelsAndIsRemoved() throws IOException {
    assertSameExposition(
        library -> {
          Facts info = library.info(b -> b.name("runtime").constLabels(Labels.of("a", "b")));
          info.remove();
        });
  }

  @Test
  void shouldShowOnWhenItHasNoLabelsAndIsSet() throws IOException {
    assertSameExposition(
        library -> {
          Facts info = library.info(b -> b.name("runtime").constLabels(Labels.of("a", "b")));
          info.setLabelValues();
          info.addLabelValues();
        });
  }

  @Test
  void shouldShowNothingWhenNoSetWasAdded() throws IOException {
    assertSameExposition(
        library -> {
          library.info(b -> b.name("runtime").labelNames("version"));
          library.info(b -> b.name("shown").constLabels(Labels.of("a", "b")));
        });
  }

  @Test
  void shouldFailAsClientJavaWhenLabelValuesAreNotAsManyAsNames() throws IOException {
    for (String[] values : new String[][] {NOTHING, {"1"}, {"1", "2", "3"}}) {
      assertSameFailure(library -> twoLabels(library).setLabelValues(values));
      assertSameFailure(library -> twoLabels(library).addLabelValues(values));
      assertSameFailure(library -> twoLabels(library).remove(values));
    }
    assertSameFailure(library -> library.info(b -> b.name("runtime")).setLabelValues("1"));
  }

  @Test
  void shouldRefuseBeforeTheScrapeWhenALabelValueIsNull() throws IOException {
    String message = "null label value for metric runtime and label env";
    assertRefusedBeforeScrape(library -> twoLabels(library).setLabelValues("1", null), message);
    assertRefusedBeforeScrape(library -> twoLabels(library).addLabelValues("1", null), message);
  }

  @Test
  void shouldDoNothingWhenASetWithNullIsRemoved() throws IOException {
    assertSameExposition(
        library -> {
          Facts info = twoLabels(library);
          info.addLabelValues("17", "prod");
          info.remove("17", null);
        });
  }

  @Test
  void shouldFailAsClientJavaWhenItIsGivenAUnit() throws IOException {
    assertSameFailure(library -> library.info(b -> b.name("runtime").unit(Unit.SECONDS)));
  }

  private static Facts twoLabels(Library library) {
    return library.info(b -> b.name("runtime").labelNames("version", "env"));
  }
}
