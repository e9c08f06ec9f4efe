package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SteadyFileTest {
  private static final Instant WRITTEN = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path temp;
  private Path file;
  private Instant now = WRITTEN;
  private final List<Runnable> meanwhile = new ArrayList<>();
  private int pauses;

  @BeforeEach
  void write() {
    file = temp.resolve("a.yaml");
    write("- {targets: ['a:1']}\n");
  }

  /** Writes as if it were the time that the test's clock shows. */
  private void write(String text) {
    try {
      Files.writeString(file, text);
      Files.setLastModifiedTime(file, FileTime.from(now));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Generator generator(StaticFile.Format format) {
    SteadyFile steady = new SteadyFile("a.yaml", file, () -> now, this::pause);
    return new StaticFile("a.yaml", file, steady, format);
  }

  private void pause(long millis) {
    pauses++;
    now = now.plusMillis(millis);
    if (!meanwhile.isEmpty()) {
      meanwhile.remove(0).run();
    }
  }

  private List<TargetGroup> read() throws Exception {
    JsonNode value =
        generator(YamlText::parse)
            .run(Map.of(), Deadline.after(GeneratorFolder.GENEROUS, System::nanoTime));
    return ContentRules.groups("a.yaml", value);
  }

  @Test
  void shouldReadAtOnceWhenAFileWasWrittenAWhileAgo() throws Exception {
    now = WRITTEN.plus(SteadyFile.SETTLE).plusMillis(1);

    assertThat(read()).hasSize(1);
    assertThat(pauses).isZero();
  }

  @Test
  void shouldWaitForTheRestWhenAFileIsHalfWritten() throws Exception {
    meanwhile.add(() -> write("- {targets: ['a:1']}\n- {targets: ['b:1']}\n"));
    meanwhile.add(
        () -> write("- {targets: ['a:1']}\n- {targets: ['b:1']}\n- {targets: ['c:1']}\n"));

    assertThat(read()).hasSize(3);
    assertThat(pauses).isEqualTo(3);
  }

  @Test
  void shouldReadAFileWhoseClockIsAheadOnceItDoesNotChange() throws Exception {
    now = WRITTEN.minusSeconds(3600);

    assertThat(read()).hasSize(1);
    assertThat(pauses).isOne();
  }

  @Test
  void shouldReadAgainWhenAFileChangesWhileItIsRead() throws Exception {
    now = WRITTEN.plusSeconds(60);
    List<Runnable> duringRead =
        new ArrayList<>(List.of(() -> write("- {targets: ['a:1']}\n- {targets: ['b:1']}\n")));

    JsonNode value =
        generator(
                (path, text) -> {
                  if (!duringRead.isEmpty()) {
                    duringRead.remove(0).run();
                  }
                  return YamlText.parse(path, text);
                })
            .run(Map.of(), Deadline.after(GeneratorFolder.GENEROUS, System::nanoTime));

    assertThat(value).hasSize(2);
  }

  @Test
  void shouldReadAgainWhenWhatWasReadMeanwhileIsBroken() throws Exception {
    now = WRITTEN.plusSeconds(60);
    write("- {targets: ['a:1'");
    List<Runnable> duringRead = new ArrayList<>(List.of(() -> write("- {targets: ['a:1']}\n")));

    JsonNode value =
        generator(
                (path, text) -> {
                  if (!duringRead.isEmpty()) {
                    duringRead.remove(0).run();
                  }
                  return YamlText.parse(path, text);
                })
            .run(Map.of(), Deadline.after(GeneratorFolder.GENEROUS, System::nanoTime));

    assertThat(value).hasSize(1);
  }

  @Test
  void shouldFailWhenAFileNeverStaysAsItIs() {
    now = WRITTEN.plusSeconds(60);
    int[] reads = {0};
    Generator restless =
        generator(
            (path, text) -> {
              write("- {targets: ['a:" + ++reads[0] + "']}\n# " + "x".repeat(reads[0]));
              return YamlText.parse(path, text);
            });

    assertThatThrownBy(
            () ->
                restless.run(Map.of(), Deadline.after(GeneratorFolder.GENEROUS, System::nanoTime)))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("file changes whenever it is used: generator=a.yaml");
  }

  @Test
  void shouldGiveUpAtTheTimeLimitWhenAFileIsWrittenForEver() {
    Generator growing = generator(YamlText::parse);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      meanwhile.add(() -> write(text.append("#").toString()));
    }
    Deadline turned =
        Deadline.after(Duration.ofSeconds(60), () -> Duration.between(WRITTEN, now).toNanos());

    assertThatThrownBy(() -> growing.run(Map.of(), turned))
        .isInstanceOfSatisfying(
            GenerationException.class, e -> assertThat(e.type()).isEqualTo("TimeoutExpired"));
  }

  @Test
  void shouldNotFollowALinkThatHasTakenTheFilesPlace() throws IOException {
    Path secret = Files.writeString(temp.resolve("secret"), "- {targets: ['secret:1']}\n");
    meanwhile.add(
        () -> {
          try {
            Files.delete(file);
            Files.createSymbolicLink(file, secret);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });

    assertThatThrownBy(this::read).hasMessage("is no longer a file: generator=a.yaml");
  }

  @Test
  void shouldSayThatAFileIsTooLarge() throws IOException {
    now = WRITTEN.plusSeconds(60);
    Files.write(file, new byte[Limits.OUTPUT_BYTES + 1]);

    assertThatThrownBy(this::read)
        .hasMessage("file is too large: generator=a.yaml limit=10485760 bytes");
  }
}
