package io.tallystick.health;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what the host, or the container, has in use.
 *
 * <p>The JDK counts the file system's cache as memory in use. On a host, where {@code
 * /proc/meminfo} tells of the same memory, what that says to be available is taken; in a container
 * with a limit, the JDK's figures are.
 *
 * <p>Threading: any. May block as long as a file system does.
 */
final class HostResources {
  private static final Pattern MEMINFO =
      Pattern.compile("^(MemTotal|MemAvailable):\\s+(\\d{1,15}) kB$", Pattern.MULTILINE);

  private final Path disk;
  private final Path meminfo;

  HostResources(Path disk, Path meminfo) {
    this.disk = disk;
    this.meminfo = meminfo;
  }

  Resources read() {
    return new Resources(
        Usage.of(cpuPercent(), 70, 90),
        Usage.of(memoryPercent(), 75, 90),
        Usage.of(diskPercent(disk), 80, 95));
  }

  private static double cpuPercent() {
    return system().getCpuLoad() * 100; // not a number, or negative, where it is not known
  }

  private double memoryPercent() {
    long total = system().getTotalMemorySize();
    double available = availableOf(total);
    return (total - (available >= 0 ? available : system().getFreeMemorySize())) / total * 100;
  }

  /** What the kernel says to be available of so much memory; negative where it is of other. */
  private double availableOf(long total) {
    double available = -1;
    long ofKernel = -1;
    try {
      Matcher lines = MEMINFO.matcher(Files.readString(meminfo));
      while (lines.find()) {
        long bytes = Long.parseLong(lines.group(2)) << 10;
        if (lines.group(1).equals("MemTotal")) {
          ofKernel = bytes;
        } else {
          available = bytes;
        }
      }
    } catch (IOException e) {
      return -1; // another system, or it is hidden: the JDK's figures will do
    }
    return ofKernel == total ? available : -1;
  }

  /** As {@code df} has it: of what users may use; not a number where it cannot be read. */
  static double diskPercent(Path path) {
    try {
      FileStore store = Files.getFileStore(path);
      double used = store.getTotalSpace() - store.getUnallocatedSpace();
      double all = used + store.getUsableSpace();
      return all > 0 ? used / all * 100 : Double.NaN;
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static OperatingSystemMXBean system() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }
}
