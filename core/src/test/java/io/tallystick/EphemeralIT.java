package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.example.FileStore;
import io.tallystick.metrics.Counter;
import io.tallystick.store.FamilyValues;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that are gone before anybody can scrape them, each counted once. */
@Timeout(180)
@SuppressWarnings("try") // some are only open
final class EphemeralIT {
  private TempDirectory temporary;
  private Path shared;
  private Path jobs;
  private Path file;
  private FileStore store;

  @BeforeEach
  void create() throws IOException {
    temporary = TempDirectory.create();
    shared = temporary.path().resolve("shop");
    jobs = temporary.path().resolve("shop-jobs");
    file = temporary.path().resolve("store");
    store = new FileStore(file, InstantSource.system());
  }

  @AfterEach
  void delete() throws IOException {
    temporary.close();
  }

  private ChildJvm start(String ending) throws IOException, InterruptedException {
    ChildJvm job = ChildJvm.of(JobProcess.class).arguments(shared, file, ending).start();
    job.await("counted");
    return job;
  }

  private Tallystick open() {
    return Tallystick.builder().directory(shared).replicateTo(store).ephemeral().open();
  }

  private double total() {
    return store.ledger().read().stream()
        .flatMap((FamilyValues family) -> family.series().stream())
        .mapToDouble(series -> series.total())
        .sum();
  }

  private List<Path> directories() throws IOException {
    try (Stream<Path> all = Files.list(jobs)) {
      return all.toList();
    }
  }

  @Test
  void shouldBeCountedAndLeaveNothingWhenItIsClosed() throws Exception {
    try (ChildJvm job = start("close")) {
      assertThat(job.waitFor()).as(job.errors()).isZero();
    }

    assertThat(total()).isEqualTo(3);
    assertThat(store.ledger().sources()).isEmpty();
    assertThat(directories()).isEmpty();
  }

  @Test
  void shouldBeCountedWhenItsJvmEndsWithoutClosingIt() throws Exception {
    try (ChildJvm job = start("exit")) {
      assertThat(job.waitFor()).as(job.errors()).isZero();
    }

    assertThat(total()).isEqualTo(3);
    assertThat(directories()).isEmpty();
  }

  @Test
  void shouldBeCountedWhenItsJvmEndsOverItsClosing() throws Exception {
    try (ChildJvm job = start("exit over close")) {
      assertThat(job.waitFor()).as(job.errors()).isZero();
    }

    assertThat(total()).isEqualTo(3);
    assertThat(directories()).isEmpty();
  }

  @Test
  void shouldBeCountedOnceByTheNextJobWhenItIsKilled() throws Exception {
    try (ChildJvm job = start("wait")) {
      job.kill();
    }
    try (Tallystick next = open()) {
      Counter.builder().name("jobs_total").register(next).inc(4);
    }
    try (Tallystick unused = open()) {
      assertThat(total()).isEqualTo(7);
    }

    assertThat(total()).isEqualTo(7);
    assertThat(store.ledger().sources()).isEmpty();
    assertThat(directories()).isEmpty();
  }

  @Test
  void shouldBeCountedOnceByAProcessOfTheSharedDirectoryWhenItIsKilled() throws Exception {
    try (ChildJvm job = start("wait")) {
      job.kill();
    }
    try (Tallystick unused = Tallystick.builder().directory(shared).replicateTo(store).open()) {
      assertThat(directories()).hasSizeLessThanOrEqualTo(1);
    }

    assertThat(total()).isEqualTo(3);
    assertThat(directories()).isEmpty();
  }

  @Test
  void shouldBeLeftAloneWhenItRuns() throws Exception {
    try (ChildJvm job = start("wait")) {
      Tallystick other = open();
      other.close();

      assertThat(directories()).hasSize(1);
      job.kill();
    }
  }

  @Test
  void shouldRefuseAJobThatIsNotReplicated() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tallystick.builder().directory(shared).ephemeral().open())
        .withMessageContaining("replicateTo");
  }
}
