package io.tallystick.python;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The bytes of a file that is being made, as {@link PythonFile} describes them. */
final class PythonFileBytes {
  private static final int HEADER_LENGTH = 8;
  private static final int USED_OFFSET = 0;

  private final PythonLayout layout;
  private ByteBuffer bytes =
      ByteBuffer.allocate(PythonBytes.FIRST_LENGTH).order(ByteOrder.nativeOrder());

  PythonFileBytes(PythonLayout layout) {
    this.layout = layout;
    bytes.position(HEADER_LENGTH);
  }

  /** Adds an entry; the time is left out where the layout has none. */
  void append(PythonKey key, double value, double writtenSeconds) {
    byte[] json = key.toJson().getBytes(US_ASCII);
    int start = bytes.position();
    int valueAt = start + Math.toIntExact(PythonEntry.lengthWithoutValues(json.length));
    ensure(Math.addExact(valueAt, layout.tailLength));
    bytes.putInt(json.length).put(json);
    while (bytes.position() < valueAt) {
      bytes.put((byte) ' ');
    }
    bytes.putDouble(value);
    if (layout == PythonLayout.WITH_TIMESTAMP) {
      bytes.putDouble(writtenSeconds);
    }
    bytes.putInt(USED_OFFSET, bytes.position());
  }

  private void ensure(int length) {
    int capacity = bytes.capacity();
    while (capacity < length) {
      capacity = Math.multiplyExact(2, capacity);
    }
    if (capacity > bytes.capacity()) {
      int position = bytes.position();
      bytes =
          ByteBuffer.wrap(Arrays.copyOf(bytes.array(), capacity))
              .order(ByteOrder.nativeOrder())
              .position(position);
    }
  }

  /** Writes a new file that only its owner may use, and notes it once it is there. */
  void writeTo(Path path, List<Path> written) throws IOException {
    boolean isPosix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        isPosix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try (FileChannel channel =
        FileChannel.open(
            path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
      written.add(path);
      ByteBuffer all = bytes.duplicate().clear();
      while (all.hasRemaining()) {
        channel.write(all);
      }
    }
  }
}
