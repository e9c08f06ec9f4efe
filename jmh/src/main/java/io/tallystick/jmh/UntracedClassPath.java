package io.tallystick.jmh;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/**
 * The class path of this program without OpenTelemetry, which is on it only because that is a peer.
 *
 * <p>client_java and Tallystick look for a tracer there, and load what they find of it. In most
 * applications there is none, and a fresh JVM has it sooner.
 */
final class UntracedClassPath {
  private static final String LEFT_OUT = "io/opentelemetry/";

  private UntracedClassPath() {}

  /** The class path, of which jars with something to leave out are copied to a folder. */
  static String make(Path folder) throws IOException {
    List<String> elements = new ArrayList<>();
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path copy = folder.resolve(elements.size() + ".jar");
      boolean isCopied = Files.isRegularFile(Path.of(element)) && copy(Path.of(element), copy);
      elements.add(isCopied ? copy.toString() : element);
    }
    return String.join(File.pathSeparator, elements);
  }

  /** Copies what is not left out; false where that is all of it. */
  private static boolean copy(Path jar, Path copy) throws IOException {
    try (JarFile opened = new JarFile(jar.toFile())) {
      if (opened.stream().noneMatch(entry -> entry.getName().startsWith(LEFT_OUT))) {
        return false;
      }
      try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(copy))) {
        for (JarEntry entry : Collections.list(opened.entries())) {
          if (!entry.getName().startsWith(LEFT_OUT)) {
            out.putNextEntry(new ZipEntry(entry.getName()));
            opened.getInputStream(entry).transferTo(out);
          }
        }
      }
      return true;
    }
  }
}
