package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a generator's value must be: a group, or a list of groups, each with a list of targets, and
 * labels whose values are text.
 *
 * <p>A target names a host and a port, with a path behind it or not; or it is a URL, as exporters
 * that probe others take it. Keys of a group other than the two are left out, as Prometheus does.
 */
final class ContentRules {
  private static final Pattern HOST_PORT =
      Pattern.compile("(\\[[^\\[\\]/\\s]+\\]|[^\\[\\]/\\s]+):([0-9]{1,5})(/\\S*)?");
  private static final Pattern BARE_IPV6 = Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F:]*");
  private static final Pattern URL = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://\\S+");
  private static final int MAX_PORT = 65535;
  private static final int SHOWN_LENGTH = 100;

  private final String generator;

  private ContentRules(String generator) {
    this.generator = generator;
  }

  /**
   * The groups of a generator's value.
   *
   * @throws GenerationException that says where the first fault is, as {@code $[2].labels.env}
   */
  static List<TargetGroup> groups(String generator, JsonNode value) throws GenerationException {
    ContentRules rules = new ContentRules(generator);
    if (!value.isArray()) {
      return List.of(rules.group(value, "$"));
    }
    List<TargetGroup> groups = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      groups.add(rules.group(value.get(i), "$[" + i + "]"));
    }
    return groups;
  }

  private TargetGroup group(JsonNode group, String at) throws GenerationException {
    if (!group.isObject()) {
      throw fault("group is not a map with targets and labels", at, group);
    }
    return new TargetGroup(
        targets(group.get("targets"), at), labels(group.get("labels"), at + ".labels"));
  }

  private List<String> targets(@Nullable JsonNode targets, String group)
      throws GenerationException {
    if (targets == null) {
      throw fault("group has no targets", group, null);
    }
    String at = group + ".targets";
    if (!targets.isArray()) {
      throw fault("targets are not a list", at, targets);
    }
    List<String> checked = new ArrayList<>(targets.size());
    for (int i = 0; i < targets.size(); i++) {
      checked.add(target(targets.get(i), at, i));
    }
    return checked;
  }

  private String target(JsonNode target, String targets, int index) throws GenerationException {
    String text = target.textValue();
    String fault = text == null ? "target is not text" : faultOf(text);
    if (text == null || fault != null) {
      throw fault(String.valueOf(fault), targets + "[" + index + "]", target);
    }
    return text;
  }

  private static @Nullable String faultOf(String target) {
    if (URL.matcher(target).matches()) {
      return null;
    }
    Matcher parts = HOST_PORT.matcher(target);
    if (!parts.matches()) {
      return "target is not host:port";
    }
    int port = Integer.parseInt(parts.group(2));
    if (port == 0 || port > MAX_PORT) {
      return "port of a target is not 1 to " + MAX_PORT;
    }
    boolean isBare = BARE_IPV6.matcher(parts.group(1)).matches();
    return isBare ? "IPv6 address of a target is not in brackets" : null;
  }

  private Map<String, String> labels(@Nullable JsonNode labels, String at)
      throws GenerationException {
    if (labels == null || labels.isNull()) {
      return Map.of();
    }
    if (!labels.isObject()) {
      throw fault("labels are not a map", at, labels);
    }
    Map<String, String> checked = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      String value = label.getValue().textValue();
      if (label.getKey().isEmpty()) {
        throw fault("label has no name", at, label.getValue());
      }
      if (value == null) {
        throw fault("label's value is not text", at + "." + label.getKey(), label.getValue());
      }
      checked.put(label.getKey(), value);
    }
    return checked;
  }

  private GenerationException fault(String what, String at, @Nullable JsonNode value) {
    String shown = value == null ? "" : " value=" + cut(value.toString());
    return new GenerationException(
        "InvalidContent", generator, what + ": generator=" + generator + " at=" + at + shown, "");
  }

  private static String cut(String text) {
    return text.length() <= SHOWN_LENGTH ? text : text.substring(0, SHOWN_LENGTH) + "…";
  }
}
