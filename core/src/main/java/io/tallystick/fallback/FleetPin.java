package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.KeyValues;
import io.tallystick.store.StoreException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The mode in which all who use a store are held: {@code fallback:pinned}, as JSON with {@code
 * mode} and {@code reason}. Threading: any. Every method throws {@link StoreException}.
 */
final class FleetPin {
  private static final String KEY = "fallback:pinned";

  private final KeyValues keyValues;

  FleetPin(KeyValues keyValues) {
    this.keyValues = keyValues;
  }

  void set(FallbackMode mode, String reason) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("mode", mode.name());
    members.put("reason", reason);
    keyValues.put(KEY, JsonObject.of(members).getBytes(UTF_8));
  }

  void release() {
    boolean unused = keyValues.delete(KEY);
  }

  /** What they are held in; empty where they are not, or it says nothing that is one. */
  Optional<ModeRules.Verdict> get() {
    return keyValues
        .get(KEY)
        .flatMap(json -> JsonObject.parse(new String(json, UTF_8)))
        .flatMap(FleetPin::of);
  }

  private static Optional<ModeRules.Verdict> of(Map<String, Object> members) {
    String name = String.valueOf(members.get("mode")).toUpperCase(Locale.ROOT);
    Object reason = members.getOrDefault("reason", "");
    for (FallbackMode mode : FallbackMode.values()) {
      if (mode.name().equals(name)) {
        return Optional.of(new ModeRules.Verdict(mode, "pinned for all: " + reason));
      }
    }
    return Optional.empty();
  }
}
