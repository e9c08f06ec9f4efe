package io.tallystick;

import io.tallystick.merge.EndedInDirectory;
import io.tallystick.merge.Retirement;
import io.tallystick.replication.JobDirectories;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.shm.Interrupts;
import io.tallystick.shm.Log;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The steps from a builder to an open instance. What a killed process of the same role left is
 * taken before the dead are folded, and what they have freed is told before anything is allocated.
 */
final class Opening {
  private final Tallystick.Builder builder;
  private final Path path;
  private final OwnFile ownFile;

  /**
   * As a builder says.
   *
   * @throws IllegalArgumentException where what it says contradicts itself
   */
  Opening(Tallystick.Builder builder) {
    Path set = builder.directory;
    this.builder = builder;
    this.path = set == null ? builder.settings.directory() : set;
    builder.replication.check(builder.isEphemeral);
    this.ownFile = new OwnFile(builder);
  }

  /**
   * Opens it.
   *
   * @throws UncheckedIOException where the directory cannot be written, or must not be trusted
   */
  Tallystick open() {
    try {
      return Interrupts.shield(() -> builder.isEphemeral ? openJob() : open(path, null));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot open directory: directory=" + path + " reason=" + e.getMessage(), e);
    }
  }

  private Tallystick openJob() throws IOException {
    Tallystick opened = open(JobDirectories.beside(path).create(), path);
    opened.closing.addShutdownHook();
    return opened;
  }

  private Tallystick open(Path own, @Nullable Path shared) throws IOException {
    Directory directory = Directory.create(own);
    Retirement retirement = new Retirement(directory, builder.deadGaugeRetention, builder.clock);
    ProcessFile file = openFile(directory, retirement);
    file.freeEnded(new EndedInDirectory(directory));
    Tallystick opened =
        new Tallystick(
            file,
            Scraper.of(directory, file, builder.deadGaugeRetention, builder.clock),
            retirement,
            SeriesLimits.open(
                directory, file, builder.maxSeriesPerMetric, builder.maxSeriesPerDirectory),
            builder.mirrorInterval,
            builder.seriesTimeToLive);
    try {
      Replication replication =
          builder.replication.start(
              directory, shared, builder.deadGaugeRetention, builder.clock, opened);
      if (replication != null) {
        opened.closing.addReplication(replication);
      }
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  private ProcessFile openFile(Directory directory, Retirement retirement) throws IOException {
    ProcessFile resumed = ownFile.resume(directory);
    try {
      retirement.run();
    } catch (IOException e) {
      Log.logger().log(System.Logger.Level.WARNING, "dead processes were not folded", e);
    }
    warnOfDisk(directory.path());
    return resumed != null ? resumed : ownFile.create(directory);
  }

  private static void warnOfDisk(Path path) {
    String type;
    try {
      type = Files.getFileStore(path).type();
    } catch (IOException e) {
      return; // some containers hide their mounts; it is only for a warning
    }
    if (!type.equals("tmpfs") && !type.equals("ramfs")) {
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "directory is not in memory, its disk can stall updates; use one on tmpfs: directory="
                  + path
                  + " fileSystem="
                  + type);
    }
  }
}
