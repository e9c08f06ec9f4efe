package io.tallystick.shm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the JVMs of a host share: process files, their locks, and the retired file.
 *
 * <p>A process lives as long as its lock is held, whatever its pid. The lock file has its final
 * name only once it is locked, and the process file only once its header is written, so that nobody
 * takes a process that is just starting for a dead one.
 */
public final class Directory {
  static final String FILE_ENDING = ".tally";
  static final String LOCK_ENDING = ".lock";
  static final String RETIRED = "retired.tally";
  static final String RETIRE_LOCK = "retire.lock";
  static final String REPLICATION_LOCK = "replication.lock";
  static final String REPLICATION_STATE = "replication.state";
  static final String SERIES_INDEX = "series.index";
  static final String SERIES_LOCK = "series.lock";
  static final String UNFINISHED_ENDING = ".tmp";

  /** One thread of the JVM looks at locks at a time; the string is one object in all loaders. */
  private static final Object PROBE = "tallystick.probe".intern();

  private final Path path;
  private final @Nullable UserPrincipal owner;

  private Directory(Path path, @Nullable UserPrincipal owner) {
    this.path = path;
    this.owner = owner;
  }

  /** Opens a directory, which is created where there is none. */
  public static Directory create(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(path, Permissions.directory(path));
    }
    return open(path);
  }

  /**
   * Opens a directory that is there.
   *
   * @throws IOException where it is not, or must not be trusted
   */
  public static Directory open(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException("directory does not exist: directory=" + path);
    }
    UserPrincipal user = Permissions.user();
    String objection = Permissions.objection(path, true, user);
    if (objection != null) {
      throw new IOException("directory " + objection + " directory=" + path);
    }
    return new Directory(path.toAbsolutePath(), user);
  }

  public Path path() {
    return path;
  }

  public Path file(Token token) {
    return path.resolve(token + FILE_ENDING);
  }

  public Path lockFile(Token token) {
    return path.resolve(token + LOCK_ENDING);
  }

  public Path retiredFile() {
    return path.resolve(RETIRED);
  }

  /** What counts the distinct series of all processes. */
  public Path seriesIndex() {
    return path.resolve(SERIES_INDEX);
  }

  /** What the directory's values are called in a ledger. */
  public Path replicationState() {
    return path.resolve(REPLICATION_STATE);
  }

  /** What a file is called until it is complete. */
  Path unfinished(Path file) {
    return path.resolve("." + file.getFileName() + UNFINISHED_ENDING);
  }

  /** Whether a file has the name of one that was not complete. */
  static boolean isUnfinished(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(".") && name.endsWith(UNFINISHED_ENDING);
  }

  /** The tokens of the process files that are there now, in order. */
  public List<Token> tokens() throws IOException {
    return tokens(FILE_ENDING);
  }

  /** The tokens of the lock files that are there now, in order. */
  public List<Token> lockTokens() throws IOException {
    return tokens(LOCK_ENDING);
  }

  private List<Token> tokens(String ending) throws IOException {
    List<Token> tokens = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Token token = Token.ofFileName(file.getFileName().toString(), ending);
        if (token != null) {
          tokens.add(token);
        }
      }
    }
    Collections.sort(tokens);
    return tokens;
  }

  /** Refuses a file of this directory that must not be read: it may even block, as a pipe does. */
  public void requireTrusted(Path file) throws IOException, CorruptFileException {
    String objection = Permissions.objection(file, false, owner);
    if (objection != null) {
      throw new CorruptFileException(objection);
    }
  }

  /** Opens a file of this directory that may be read, as {@link ProcessFileReader#open(Path)}. */
  public ProcessFileReader openLive(Path file) throws IOException, CorruptFileException {
    requireTrusted(file);
    return ProcessFileReader.open(file);
  }

  /** Opens a file that may be read, as {@link ProcessFileReader#openDead}. */
  public ProcessFileReader openDead(Path file) throws IOException, CorruptFileException {
    requireTrusted(file);
    return ProcessFileReader.openDead(file);
  }

  /**
   * Whether the process of a token lives. Where that cannot be found out it does: nothing is then
   * retired that still counts.
   */
  public boolean isAlive(Token token) {
    String name = token.toString();
    synchronized (PROBE) {
      if (JvmHeld.isTaken(name) || isStrange(lockFile(token))) {
        return true;
      }
      try (FileChannel lock =
          FileChannel.open(lockFile(token), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        return lock.tryLock(0, Long.MAX_VALUE, true) == null;
      } catch (NoSuchFileException e) {
        return false;
      } catch (IOException | OverlappingFileLockException e) {
        return true;
      }
    }
  }

  /**
   * Takes the lock of a dead process, or returns null where it is held. Nobody in this JVM looks at
   * it meanwhile: to close what it was looked at with would drop the lock.
   */
  @Nullable FileLockHandle tryLock(Token token) throws IOException {
    synchronized (PROBE) {
      return FileLockHandle.tryLock(lockFile(token), token.toString());
    }
  }

  /** Whether something is there that is no file; to open a pipe would block. */
  static boolean isStrange(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** The right to fold dead processes, or null where another thread or process has it. */
  @Nullable FileLockHandle tryLockForRetirement() throws IOException {
    return FileLockHandle.tryLock(path.resolve(RETIRE_LOCK), "retire." + key());
  }

  /** The right to replace the index, or null where another thread or process has it. */
  @Nullable FileLockHandle tryLockForIndex() throws IOException {
    return FileLockHandle.tryLock(path.resolve(SERIES_LOCK), "series." + key());
  }

  /** The right to publish the directory, or null where another thread or process has it. */
  @Nullable FileLockHandle tryLockForReplication() throws IOException {
    return FileLockHandle.tryLock(path.resolve(REPLICATION_LOCK), "replication." + key());
  }

  /** Identity of the directory, by whatever path it was reached. */
  private String key() throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key != null ? key.toString() : path.toRealPath().toString();
  }
}
