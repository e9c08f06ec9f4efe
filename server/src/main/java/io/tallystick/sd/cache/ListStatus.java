package io.tallystick.sd.cache;

/**
 * What is known of a list without reading it.
 *
 * @param updatedMs when it was made
 * @param targets how many it has, in all groups
 * @param processingMs how long its generation took
 */
record ListStatus(long updatedMs, int targets, long processingMs) {}
