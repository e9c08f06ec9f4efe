package io.tallystick.sd.cache;

/**
 * A generation that a worker is to run.
 *
 * @param id for people, and for what they read of it later
 * @param knownMs when the list was made that is to be made anew; 0 where there was none. Where
 *     there is a newer one by the time it is taken, there is nothing to do: it was queued by one
 *     who had not seen that yet
 */
record GenerationJob(TargetQuery query, String id, long knownMs) {}
