package io.tallystick.metrics;

import static io.tallystick.metrics.Differential.assertRefusedBeforeScrape;
import static io.tallystick.metrics.Differential.assertSameExposition;
import static io.tallystick.metrics.Differential.assertSameFailure;

import io.prometheus.metrics.core.datapoints.StateSetDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class StateSetTest {
  private enum Feature {
    ZEBRA,
    EAGER {
      @Override
      public String toString() {
        return "eager \"and\" lazy";
      }
    },
    LAZY
  }

  private enum Other {
    STRANGE
  }

  @Test
  void shouldShowAllStatesAsFalseWhenNoneWasSet() throws IOException {
    assertSameExposition(library -> library.stateSet(b -> b.name("feature").states("b", "a", "c")));
  }

  @Test
  void shouldShowStatesWhenTheyAreSet() throws IOException {
    assertSameExposition(
        library -> {
          StateSetDataPoint set =
              library.stateSet(b -> b.name("feature").states("b", "a", "c")).self();
          set.setTrue("a");
          set.setTrue("c");
          set.setFalse("c");
          set.setFalse("b");
        });
  }

  @Test
  void shouldShowAnEnumsStatesWhenTheyAreSet() throws IOException {
    assertSameExposition(
        library -> {
          StateSetDataPoint set =
              library
                  .stateSet(b -> b.name("feature").help("Features.").states(Feature.class))
                  .self();
          set.setTrue(Feature.LAZY);
          set.setTrue(Feature.EAGER);
          set.setTrue(Feature.ZEBRA);
          set.setFalse(Feature.ZEBRA);
        });
  }

  @Test
  void shouldEscapeAsClientJavaWhenStatesHaveSpecialCharacters() throws IOException {
    assertSameExposition(
        library ->
            library
                .stateSet(b -> b.name("the.feature").states("two\nlines", "a\"b", "c\\d", "é"))
                .self()
                .setTrue("a\"b"));
  }

  @Test
  void shouldShowLabelsWhenTheyAreGiven() throws IOException {
    assertSameExposition(
        library -> {
          var set =
              library.stateSet(
                  b ->
                      b.name("feature")
                          .help("Two\nlines")
                          .labelNames("app", "zone")
                          .constLabels(Labels.of("host", "h"))
                          .states("on", "off"));
          set.labelValues("x", "1").setTrue("on");
          set.labelValues("a", "1").setTrue("off");
          set.initLabelValues("m", "1");
          set.labelValues("gone", "1").setTrue("on");
          set.remove("gone", "1");
        });
  }

  @Test
  void shouldStartWithAllFalseWhenItIsCleared() throws IOException {
    assertSameExposition(
        library -> {
          var set = library.stateSet(b -> b.name("feature").states("on", "off"));
          set.self().setTrue("on");
          set.clear();
          set.self().setTrue("off");
        });
  }

  @Test
  void shouldFailAsClientJavaWhenAStateIsUnknown() throws IOException {
    assertSameFailure(
        library ->
            library.stateSet(b -> b.name("feature").states("on", "off")).self().setTrue("of"));
    assertSameFailure(
        library ->
            library.stateSet(b -> b.name("feature").states("on", "off")).self().setFalse("On"));
    assertSameFailure(
        library ->
            library
                .stateSet(b -> b.name("feature").states(Feature.class))
                .self()
                .setTrue(Other.STRANGE));
  }

  @Test
  void shouldFailAsClientJavaWhenAStateIsNull() throws IOException {
    assertSameFailure(
        library ->
            library
                .stateSet(b -> b.name("feature").states("on", "off"))
                .self()
                .setTrue((String) null));
  }

  @Test
  void shouldFailAsClientJavaWhenThereAreNoStates() throws IOException {
    assertSameFailure(library -> library.stateSet(b -> b.name("feature")));
    assertSameFailure(library -> library.stateSet(b -> b.name("feature").states()));
  }

  @Test
  void shouldShowAStateOnceWhenItIsRepeated() throws IOException {
    assertSameExposition(
        library -> library.stateSet(b -> b.name("feature").states("on", "off", "on")));
  }

  @Test
  void shouldFailAsClientJavaWhenAStateNameIsNull() throws IOException {
    assertSameFailure(library -> library.stateSet(b -> b.name("feature").states("on", null)));
  }

  @Test
  void shouldRefuseBeforeTheScrapeWhenAStateNameIsEmpty() throws IOException {
    assertRefusedBeforeScrape(
        library -> library.stateSet(b -> b.name("feature").states("on", "")),
        "Empty string as state name");
  }

  @Test
  void shouldRefuseBeforeTheScrapeWhenItIsGivenAUnit() throws IOException {
    assertRefusedBeforeScrape(
        library -> library.stateSet(b -> b.name("feature").states("on").unit(Unit.SECONDS)),
        "An state set metric cannot have a unit.");
  }

  @Test
  void shouldRefuseBeforeTheScrapeWhenALabelHasTheNameOfTheMetric() throws IOException {
    assertRefusedBeforeScrape(
        library ->
            library
                .stateSet(b -> b.name("feature").labelNames("feature").states("on"))
                .labelValues("x"),
        "Label name feature is reserved.");
    assertRefusedBeforeScrape(
        library ->
            library.stateSet(
                b -> b.name("a.feature").constLabels(Labels.of("a_feature", "x")).states("on")),
        "Label name a_feature is reserved.");
  }
}
