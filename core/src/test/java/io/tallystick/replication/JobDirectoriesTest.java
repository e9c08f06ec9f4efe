package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ReplicationLock;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which directories of jobs are ended by another process, and that each counts once. */
class JobDirectoriesTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final TurnedClock clock = TurnedClock.at(Instant.now());
  private final FaultyLedger ledger = new FaultyLedger(clock);
  private TempDirectory temporary;
  private Path shared;
  private JobDirectories jobs;

  @BeforeEach
  void create() throws IOException {
    temporary = TempDirectory.create();
    shared = temporary.path().resolve("shop");
    jobs = JobDirectories.beside(shared);
  }

  @AfterEach
  void delete() throws IOException {
    temporary.close();
  }

  /** A directory as a job leaves it that counted two and was killed before it could publish. */
  private Path leave() throws IOException {
    Path path = jobs.create();
    try (Tallystick job = Tallystick.builder().directory(path).clock(clock).open()) {
      Counter.builder().name("requests_total").register(job).inc(2);
    }
    Files.createFile(path.resolve("0123456789abcdef0123456789abcdef.lock")); // of a dead process
    return path;
  }

  private Publisher.Settings settings(Path directory) throws IOException {
    return new Publisher.Settings(
        Directory.create(directory),
        "host:shop",
        false,
        PublishingHost.LEASE,
        clock,
        ReplicationListener.NONE);
  }

  private void endLeft() throws IOException {
    jobs.endLeft(ledger, settings(shared));
  }

  private double total() {
    return PublishingHost.total(ledger);
  }

  @Test
  void shouldPublishRetireAndDeleteWhenAJobWasKilled() throws IOException {
    Path left = leave();

    endLeft();
    endLeft();

    assertThat(total()).isEqualTo(2);
    assertThat(ledger.sources()).isEmpty();
    assertThat(left).doesNotExist();
  }

  @Test
  void shouldCountOnceWhenAJobWasKilledAfterItWasRetired() throws IOException {
    Path left = leave();
    end(left);
    assertThat(total()).isEqualTo(2);

    endLeft();

    assertThat(total()).isEqualTo(2);
    assertThat(left).doesNotExist();
  }

  private void end(Path left) throws IOException {
    try (Scraper scraper = Scraper.open(left)) {
      Publisher.open(settings(left), scraper).end(ledger);
    }
  }

  @Test
  void shouldCountOnceWhenAJobWasKilledAfterItWasRetiredAndTheLedgerHasForgotten()
      throws IOException {
    Path left = leave();
    end(left);
    clock.turn(DAY.plusHours(1));
    String name = DirectorySource.read(left).orElseThrow().name();
    end(leave()); // whereby the ledger forgets the other
    assertThat(ledger.baseline(name)).isEmpty();
    assertThat(total()).isEqualTo(4);

    endLeft();

    assertThat(total()).isEqualTo(4);
  }

  @Test
  void shouldCountOnceWhenAJobWasKilledAfterItPublished() throws IOException {
    Path left = leave();
    try (Scraper scraper = Scraper.open(left)) {
      Publisher.open(settings(left), scraper).cycle(ledger);
    }
    clock.turn(PublishingHost.LEASE.plusSeconds(1));
    assertThat(ledger.retireExpired()).hasSize(1);

    endLeft();

    assertThat(total()).isEqualTo(2);
    assertThat(ledger.sources()).isEmpty();
  }

  @Test
  void shouldLeaveItForADayWhenItIsOfAnotherLedger() throws IOException {
    Path left = leave();
    try (Scraper scraper = Scraper.open(left)) {
      Publisher.open(settings(left), scraper).cycle(new FaultyLedger(clock));
    }

    endLeft();
    assertThat(left).exists();
    clock.turn(DAY.plusHours(1));
    endLeft();

    assertThat(left).doesNotExist();
    assertThat(total()).isEqualTo(2);
  }

  @Test
  void shouldLeaveItWhenItIsBeingMade() throws IOException {
    Path empty = jobs.create();
    Path unused = Directory.create(empty).path();

    endLeft();
    assertThat(empty).exists();
    clock.turn(Duration.ofHours(1));
    endLeft();

    assertThat(empty).doesNotExist();
  }

  @Test
  void shouldLeaveItWhenItsJobLivesAndDoesNotPublishYet() throws IOException {
    Path path = jobs.create();
    try (Tallystick job = Tallystick.builder().directory(path).clock(clock).open()) {
      Counter.builder().name("requests_total").register(job).inc(2);

      endLeft();

      assertThat(path).exists();
      assertThat(ledger.takeSent()).isEmpty();
    }
  }

  @Test
  void shouldLeaveItWhenAnotherProcessEndsIt() throws IOException {
    Path left = leave();
    try (ReplicationLock lock = ReplicationLock.tryTake(Directory.open(left))) {
      assertThat(lock).isNotNull();
      endLeft();
    }

    assertThat(left).exists();
    assertThat(total()).isZero();
  }

  @Test
  void shouldEndTheOthersWhenTheLedgerRefusesOne() throws IOException {
    DirectorySource created = DirectorySource.create("x".repeat(2_000));
    DirectorySource refused = created.as(created.present(), ledger.id());
    List<Path> all = List.of(leave(), leave(), leave());
    try (DirectoryStream<Path> files = Files.newDirectoryStream(all.get(0).getParent())) {
      Directory first = Directory.open(files.iterator().next()); // the one that is found first
      new StateFile(first).write(refused, clock.millis());
    }

    try (CapturedLog log = CapturedLog.open()) {
      endLeft();
      assertThat(log.messages()).singleElement().asString().contains("key is too long");
    }

    assertThat(total()).isEqualTo(4);
  }

  @Test
  void shouldEndTheOthersWhenOneMustNotBeTrusted() throws IOException {
    Path bad = jobs.create();
    Path unused = Directory.create(bad).path();
    Files.setPosixFilePermissions(bad, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path left = leave();

    try (CapturedLog log = CapturedLog.open()) {
      endLeft();
      endLeft();
      assertThat(log.messages()).singleElement().asString().contains("writable by others");
    }

    assertThat(left).doesNotExist();
    assertThat(bad).exists();
  }
}
