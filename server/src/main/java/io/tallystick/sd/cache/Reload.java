package io.tallystick.sd.cache;

/** What a wish to begin anew has done, besides asking for a list. */
public record Reload(boolean cacheCleared, boolean errorCacheCleared) {}
