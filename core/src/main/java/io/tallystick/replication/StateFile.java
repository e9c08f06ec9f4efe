package io.tallystick.replication;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupWriter;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a directory that says what it publishes as: a backup with a ledger's state, which has
 * the id, and one source, which has the name, as its families what was folded, and as its version
 * whether the name was taken in. Written aside and renamed, by whoever holds the replication lock;
 * read by anyone.
 */
final class StateFile {
  private static final long NOT_TAKEN_IN = 0;
  private static final long TAKEN_IN = 1;

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
      if (records.size() == 2
          && records.get(0) instanceof BackupRecord.LedgerState ledger
          && records.get(1) instanceof BackupRecord.Source source) {
        DirectorySource state =
            new DirectorySource(
                source.name(), ledger.id(), source.version() == TAKEN_IN, source.families());
        String unused = state.instance();
        return Optional.of(state);
      }
      throw new CorruptFileException("it is a backup of something else");
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

  /** Writes it; when this returns it is there, whatever is killed. */
  void write(DirectorySource state, long nowMs) throws IOException {
    Path file = directory.replicationState();
    try {
      deleteUnfinished(file);
      try (BackupWriter writer = BackupWriter.create(file, nowMs)) {
        writer.write(new BackupRecord.LedgerState(state.ledger(), Set.of()));
        long version = state.isTakenIn() ? TAKEN_IN : NOT_TAKEN_IN;
        writer.write(new BackupRecord.Source(state.name(), version, nowMs, nowMs, state.folded()));
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
