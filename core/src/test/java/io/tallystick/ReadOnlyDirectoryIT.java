package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.scrape.Scraper;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import io.tallystick.testing.SmallFileSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A directory that nobody may write, not even root. */
@Timeout(60)
final class ReadOnlyDirectoryIT {
  @Test
  void shouldShowTheDeadAndRefuseTheLivingWhenTheFileSystemIsReadOnly() throws Exception {
    try (SmallFileSystem fileSystem = SmallFileSystem.mountOrSkip(4 << 20);
        CapturedLog log = CapturedLog.open()) {
      DeadProcesses dead = DeadProcesses.in(fileSystem.path(), 2, 3);
      fileSystem.makeReadOnly();

      try (Scraper scraper = Scraper.open(fileSystem.path())) {
        for (int i = 0; i < 2; i++) {
          assertThat(Samples.of(scraper))
              .containsAllEntriesOf(dead.totals())
              .containsEntry("tallystick_process_files{state=\"dead\"}", 2.0)
              .containsEntry("tallystick_corrupt_files", 0.0);
        }
      }
      assertThat(log.messages()).as("said once").hasSize(1);
      assertThatThrownBy(() -> Tallystick.open(fileSystem.path()))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot open directory: directory=" + fileSystem.path())
          .hasMessageContaining("Read-only file system");
      assertThatThrownBy(() -> Tallystick.retire(fileSystem.path()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Read-only file system");
    }
  }
}
