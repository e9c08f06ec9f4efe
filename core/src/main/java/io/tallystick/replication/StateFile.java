package io.tallystick.replication;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.StoreException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file of a directory that says what it publishes as: a backup with a ledger's state, one
 * source, and tombstones. The state has the id, and as merged which lines go on for which others;
 * the source has the name, as its families what publications are less by, and as its version that
 * with which it was taken in; the tombstones have the same of earlier names, the version as time.
 * Written aside and renamed, by whoever holds the replication lock; read by anyone.
 */
final class StateFile {
  private final Directory directory;
  private @Nullable Stamp known; // of what was read or written last; null where there was none

  StateFile(Directory directory) {
    this.directory = directory;
  }

  /**
   * Reads it; empty where there is none.
   *
   * @throws IOException where it is damaged
   */
  Optional<DirectorySource> read() throws IOException {
    Path file = directory.replicationState();
    known = stamp();
    if (known == null) {
      return Optional.empty();
    }
    try {
      directory.requireTrusted(file);
      List<BackupRecord> records = new ArrayList<>();
      BackupReader.open(file).forEach(records::add);
      return Optional.of(source(records));
    } catch (CorruptFileException | StoreException | IllegalArgumentException e) {
      throw new IOException(
          "state of replication is faulty, so that nothing is published; remove it to publish all"
              + " as another source: file="
              + file
              + " reason="
              + e.getMessage(),
          e);
    }
  }

  private static DirectorySource source(List<BackupRecord> records) {
    if (records.size() >= 2
        && records.get(0) instanceof BackupRecord.LedgerState ledger
        && records.get(1) instanceof BackupRecord.Source source) {
      List<KnownName> earlier = new ArrayList<>();
      for (BackupRecord each : records.subList(2, records.size())) {
        if (each instanceof BackupRecord.Tombstone name && name.baseline() != null) {
          earlier.add(known(name.name(), name.retiredMs(), name.baseline()));
        }
      }
      if (earlier.size() == records.size() - 2) {
        KnownName present = known(source.name(), source.version(), source.families());
        JoinedLines joined = JoinedLines.of(ledger.merged());
        return new DirectorySource(present, ledger.id(), earlier, joined);
      }
    }
    throw new IllegalArgumentException("it is a backup of something else");
  }

  private static KnownName known(String name, long version, List<FamilyValues> folded) {
    return new KnownName(SourceName.of(name), version, folded);
  }

  /** Writes it; when this returns it is there, whatever is killed. */
  void write(DirectorySource state, long nowMs) throws IOException {
    Path file = directory.replicationState();
    try {
      deleteUnfinished(file);
      try (BackupWriter writer = BackupWriter.create(file, nowMs)) {
        writer.write(new BackupRecord.LedgerState(state.ledger(), state.joined().toTexts()));
        long version = state.present().takenInVersion();
        writer.write(new BackupRecord.Source(state.name(), version, nowMs, nowMs, state.folded()));
        for (KnownName each : state.earlier()) {
          String name = each.name().toString();
          writer.write(new BackupRecord.Tombstone(name, each.takenInVersion(), each.folded()));
        }
        writer.commit();
      }
      known = stamp();
    } catch (StoreException e) {
      throw new IOException("state of replication cannot be written: file=" + file, e);
    }
  }

  /**
   * Whether there is what was read or written here last: else the directory was emptied, as memory
   * is that is cleaned up, and maybe another one publishes it that found no lock.
   */
  boolean isUnchanged() throws IOException {
    return Objects.equals(known, stamp());
  }

  private @Nullable Stamp stamp() throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(
              directory.replicationState(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return new Stamp(attributes.fileKey(), attributes.lastModifiedTime());
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Deletes what a writer left that was killed over it. */
  private void deleteUnfinished(Path file) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory.path(), file.getFileName() + ".*.tmp")) {
      for (Path unfinished : files) {
        Files.deleteIfExists(unfinished);
      }
    }
  }

  /** What tells a file from the one that was renamed over it. */
  private record Stamp(@Nullable Object key, FileTime modified) {}
}
