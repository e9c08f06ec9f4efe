package io.tallystick.sd.cache;

/**
 * A generation that a worker is to run.
 *
 * @param id for people, and for what they read of it later
 */
record GenerationJob(TargetQuery query, String id) {}
