package io.tallystick.records;

/**
 * Some samples of a metric, by time.
 *
 * @param metric with these samples
 * @param hasMore whether it has older ones, or others of the first one's time
 * @param position how many samples of the first one's time stand before it: another page has those
 *     before this place; 0 but where more are of one time than a page has room for
 */
public record SamplePage(MetricRecord metric, boolean hasMore, long position) {}
