package io.tallystick.shm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may read and write a directory and its files; where the file system knows no modes, all. */
final class Permissions {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<?>[] NONE = {};

  private Permissions() {}

  /** What a new file is created with. */
  static FileAttribute<?>[] file(Path path) {
    return isPosix(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(FILE)}
        : NONE;
  }

  /** What a new directory is created with. */
  static FileAttribute<?>[] directory(Path path) {
    return isPosix(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(DIRECTORY)}
        : NONE;
  }

  /**
   * Why a directory or a file must not be trusted, with what to do about it; null where it may.
   *
   * @param owner who must own it; null to take anybody
   */
  static @Nullable String objection(Path path, boolean directory, @Nullable UserPrincipal owner)
      throws IOException {
    Class<? extends BasicFileAttributes> known =
        isPosix(path) ? PosixFileAttributes.class : BasicFileAttributes.class;
    BasicFileAttributes attributes = Files.readAttributes(path, known, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      return "is a symbolic link; name what it points to";
    }
    if (directory ? !attributes.isDirectory() : !attributes.isRegularFile()) {
      return directory ? "is not a directory" : "is not a regular file";
    }
    return attributes instanceof PosixFileAttributes posix ? objection(posix, owner) : null;
  }

  private static @Nullable String objection(
      PosixFileAttributes attributes, @Nullable UserPrincipal owner) {
    if (owner != null && !attributes.owner().equals(owner)) {
      return "is owned by another user; run as its owner or remove it: owner="
          + attributes.owner().getName()
          + " user="
          + owner.getName();
    }
    Set<PosixFilePermission> permissions = attributes.permissions();
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      return "is writable by others; chmod go-w it: mode="
          + PosixFilePermissions.toString(permissions);
    }
    return null;
  }

  /** The user of this process, or null where the system does not say. */
  static @Nullable UserPrincipal user() throws IOException {
    Path self = Path.of("/proc/self");
    return Files.isDirectory(self) ? Files.getOwner(self) : null;
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
