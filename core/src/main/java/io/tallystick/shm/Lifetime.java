package io.tallystick.shm;

/**
 * The words of a series' life, as {@link LifeLayout} explains them.
 *
 * @param touchedMs when it was last found to have been updated
 * @param releasedMs until when others go on with it; 0 while it can be updated
 * @param ttlMs how long it is shown after it was touched
 */
public record Lifetime(long touchedMs, long releasedMs, long ttlMs) {}
