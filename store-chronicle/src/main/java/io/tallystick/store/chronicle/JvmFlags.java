package io.tallystick.store.chronicle;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.map.ChronicleMap;

/** The packages of the JDK that Chronicle Map reaches into, and the flags that open them. */
final class JvmFlags {
  private static final List<String> PACKAGES =
      List.of("java.lang", "java.lang.reflect", "sun.nio.ch");

  private JvmFlags() {}

  /**
   * Returns where this JVM was started with all flags.
   *
   * @throws StoreException PERMANENT where one is missing; its message has all that are
   */
  static void require() {
    Module base = Object.class.getModule();
    Module chronicle = ChronicleMap.class.getModule();
    List<String> missing = new ArrayList<>();
    for (String each : PACKAGES) {
      if (!base.isOpen(each, chronicle)) {
        String target = chronicle.isNamed() ? chronicle.getName() : "ALL-UNNAMED";
        missing.add("--add-opens=java.base/" + each + "=" + target);
      }
    }
    if (!missing.isEmpty()) {
      throw new StoreException(
          Category.PERMANENT,
          "JVM flags are missing, start java with: " + String.join(" ", missing));
    }
  }
}
