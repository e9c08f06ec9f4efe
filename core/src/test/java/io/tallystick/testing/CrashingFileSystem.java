package io.tallystick.testing;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The default file system, which tells somebody of each step that is about to change a directory: a
 * file opened to be written, written to, mapped to be written, forced, moved or deleted; and of
 * each look at it: listed, asked for attributes, or a file opened to be read, measured, read or
 * mapped. Who is told may end the process, throw, or interrupt the thread.
 */
public final class CrashingFileSystem extends FileSystem {
  private final Provider provider = new Provider();
  private final Observer observer;
  private int steps;

  private CrashingFileSystem(Observer observer) {
    this.observer = observer;
  }

  /** A path of the default file system, with somebody who is told of what is done under it. */
  public static Path path(Path path, Observer observer) {
    return new CrashingFileSystem(observer).wrap(path);
  }

  private void step(Step step) throws IOException {
    observer.before(steps++, step);
  }

  private void look(Look look, Path path) throws IOException {
    observer.beforeLook(look, unwrap(path));
  }

  private Path wrap(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            CrashingFileSystem.class.getClassLoader(),
            new Class<?>[] {Path.class, Wrapped.class},
            (proxy, method, arguments) -> invoke(path, method, arguments));
  }

  private Object invoke(Path path, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "unwrapped" -> {
        return path;
      }
      case "getFileSystem" -> {
        return this;
      }
      default -> {
        Object[] plain =
            arguments == null
                ? null
                : Arrays.stream(arguments)
                    .map(value -> value instanceof Path other ? unwrap(other) : value)
                    .toArray();
        try {
          Object result = method.invoke(path, plain);
          return result instanceof Path other ? wrap(other) : result;
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      }
    }
  }

  private static Path unwrap(Path path) {
    return path instanceof Wrapped wrapped ? wrapped.unwrapped() : path;
  }

  private static FileSystem plain() {
    return java.nio.file.FileSystems.getDefault();
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return plain().getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return plain().getFileStores();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return plain().supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return wrap(plain().getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = plain().getPathMatcher(syntaxAndPattern);
    return path -> matcher.matches(unwrap(path));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return plain().getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }

  /** What is about to be done to a file or a directory. */
  public enum Step {
    CREATE,
    OPEN,
    WRITE,
    MAP,
    FORCE,
    MOVE,
    DELETE
  }

  /** What is about to be found out of a file or a directory. */
  public enum Look {
    LIST,
    ATTRIBUTES,
    OPEN,
    SIZE,
    READ,
    MAP
  }

  /** Who is told of each step. */
  @FunctionalInterface
  public interface Observer {
    /**
     * Called before a step is taken, which is not taken where this throws.
     *
     * @param number of the step, from 0
     */
    void before(int number, Step step) throws IOException;

    /** Called before a look is taken, which fails where this throws. */
    default void beforeLook(Look look, Path path) throws IOException {}
  }

  /** What a channel does. */
  @FunctionalInterface
  private interface Action<T> {
    T run() throws IOException;
  }

  /** What a path of this file system is besides. */
  private interface Wrapped {
    Path unwrapped();
  }

  private final class Provider extends FileSystemProvider {
    @Override
    public String getScheme() {
      return "crashing";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      if (options.contains(StandardOpenOption.WRITE)) {
        step(Step.OPEN);
      } else {
        look(Look.OPEN, path);
      }
      return new Channel(FileChannel.open(unwrap(path), options, attributes), path);
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      return newFileChannel(path, options, attributes);
    }

    @Override
    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    public DirectoryStream<Path> newDirectoryStream(
        Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
      look(Look.LIST, directory);
      DirectoryStream<Path> plain =
          Files.newDirectoryStream(unwrap(directory), path -> filter.accept(wrap(path)));
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          Iterator<Path> paths = plain.iterator();
          return new Iterator<>() {
            @Override
            public boolean hasNext() {
              return paths.hasNext();
            }

            @Override
            public Path next() {
              return wrap(paths.next());
            }
          };
        }

        @Override
        public void close() throws IOException {
          plain.close();
        }
      };
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
      step(Step.CREATE);
      Files.createDirectory(unwrap(directory), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
      step(Step.DELETE);
      Files.delete(unwrap(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      step(Step.MOVE);
      Files.move(unwrap(source), unwrap(target), options);
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
      return Files.isSameFile(unwrap(path), unwrap(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return Files.isHidden(unwrap(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return Files.getFileStore(unwrap(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      plain().provider().checkAccess(unwrap(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return Files.getFileAttributeView(unwrap(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      look(Look.ATTRIBUTES, path);
      return Files.readAttributes(unwrap(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
        throws IOException {
      look(Look.ATTRIBUTES, path);
      return Files.readAttributes(unwrap(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
        throws IOException {
      Files.setAttribute(unwrap(path), attribute, value, options);
    }
  }

  /** A channel that, as one of the JDK, is closed by an interrupt of a thread that uses it. */
  private final class Channel extends FileChannel {
    private final FileChannel plain;
    private final Path path;

    Channel(FileChannel plain, Path path) {
      this.plain = plain;
      this.path = path;
    }

    private <T> T look(Look look, Action<T> action) throws IOException {
      CrashingFileSystem.this.look(look, path);
      return run(action);
    }

    private <T> T step(Step step, Action<T> action) throws IOException {
      CrashingFileSystem.this.step(step);
      return run(action);
    }

    private <T> T run(Action<T> action) throws IOException {
      try {
        return action.run();
      } catch (ClosedByInterruptException e) {
        close();
        throw e;
      }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return look(Look.READ, () -> plain.read(target));
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
      return look(Look.READ, () -> plain.read(targets, offset, length));
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return look(Look.READ, () -> plain.read(target, position));
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      return step(Step.WRITE, () -> plain.write(source));
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
      return step(Step.WRITE, () -> plain.write(sources, offset, length));
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      return step(Step.WRITE, () -> plain.write(source, position));
    }

    @Override
    public long position() throws IOException {
      return run(plain::position);
    }

    @Override
    public FileChannel position(long position) throws IOException {
      run(() -> plain.position(position));
      return this;
    }

    @Override
    public long size() throws IOException {
      return look(Look.SIZE, plain::size);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      step(Step.WRITE, () -> plain.truncate(size));
      return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
      step(
          Step.FORCE,
          () -> {
            plain.force(metadata);
            return this;
          });
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target)
        throws IOException {
      return look(Look.READ, () -> plain.transferTo(position, count, target));
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count)
        throws IOException {
      return step(Step.WRITE, () -> plain.transferFrom(source, position, count));
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
      Action<MappedByteBuffer> map = () -> plain.map(mode, position, size);
      return mode == MapMode.READ_WRITE ? step(Step.MAP, map) : look(Look.MAP, map);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      return run(() -> plain.lock(position, size, shared));
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return run(() -> plain.tryLock(position, size, shared));
    }

    @Override
    protected void implCloseChannel() throws IOException {
      plain.close();
    }
  }
}
