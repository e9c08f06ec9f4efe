package io.tallystick.sd.http;

import com.sun.net.httpserver.Headers;
import io.tallystick.http.Response;
import io.tallystick.sd.cache.Answer;
import io.tallystick.sd.cache.EncodedList;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What becomes of a request for a list. Only a list is 200: Prometheus keeps what it has on
 * anything else.
 */
final class ListAnswer {
  private static final String RETRY_SECONDS = "5";
  private static final String STALE = "110 - \"Response is Stale\""; // RFC 7234, section 5.5.1
  private static final byte[] NO_BODY = new byte[0];

  private ListAnswer() {}

  static Response of(Answer answer, Headers request) throws IOException {
    if (answer instanceof Answer.Listed listed) {
      return list(listed, request);
    }
    if (answer instanceof Answer.Failed failed) {
      return Response.error(502, failed.error().message());
    }
    if (answer instanceof Answer.Pending) {
      return Response.error(503, "cache miss").with("Retry-After", RETRY_SECONDS);
    }
    if (answer instanceof Answer.TooMany many) {
      String what = many.isOfAllPaths() ? "paths were" : "path was";
      return Response.error(
              429, what + " asked for with too many different arguments: most=" + many.limit())
          .with("Retry-After", RETRY_SECONDS);
    }
    if (answer instanceof Answer.Unavailable unavailable) {
      return Response.error(503, "store cannot be used: " + unavailable.message())
          .with("Retry-After", RETRY_SECONDS);
    }
    return Response.error(404, "no such path");
  }

  private static Response list(Answer.Listed listed, Headers request) {
    EncodedList list = listed.list();
    Map<String, String> headers = new TreeMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Cache-Control", "no-cache");
    headers.put("ETag", "W/" + list.etag()); // weak: compressed and plain are one list
    headers.put("Vary", "Accept-Encoding");
    if (listed.stale()) {
      headers.put("Age", Long.toString(listed.age().toSeconds()));
      headers.put("Warning", STALE);
    }
    if (isKnown(list.etag(), request.getOrDefault("If-None-Match", List.of()))) {
      headers.remove("Content-Type");
      return new Response(304, headers, NO_BODY);
    }
    if (!acceptsGzip(request.getOrDefault("Accept-Encoding", List.of()))) {
      return new Response(200, headers, list.json());
    }
    headers.put("Content-Encoding", "gzip");
    return new Response(200, headers, list.gzip());
  }

  private static boolean isKnown(String etag, List<String> lines) {
    for (String line : lines) {
      for (String each : line.split(",", -1)) {
        String tag = each.strip();
        if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean acceptsGzip(List<String> lines) {
    for (String line : lines) {
      for (String coding : line.toLowerCase(Locale.ROOT).split(",", -1)) {
        String[] parts = coding.split(";", 2);
        boolean refused = parts.length > 1 && parts[1].strip().matches("q=0(\\.0*)?");
        if (parts[0].strip().equals("gzip") && !refused) {
          return true;
        }
      }
    }
    return false;
  }
}
