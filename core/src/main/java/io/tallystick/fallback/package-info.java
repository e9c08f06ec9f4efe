/**
 * What an application does while something that it needs is away: a store of two, modes,
 * conditions, a circuit breaker, tries that are repeated.
 *
 * <p>Promises: a condition is data, and cannot run anything; a breaker lets one probe through at a
 * time, and one that never comes back does not keep it from the next; what a {@link
 * io.tallystick.fallback.FallbackStore} acknowledged is in one of its stores, and additions are
 * made once; whoever asks for a mode is told the same one. Time and chance are passed in. Threads:
 * a fallback store has three, a {@link io.tallystick.fallback.FallbackController} with a store one;
 * both are daemons, and end with it; callbacks have one while they are told something. Hot paths:
 * {@link io.tallystick.fallback.Condition#test} and the calls of a closed {@link
 * io.tallystick.fallback.CircuitBreaker}, which take no lock and allocate nothing. Not promised:
 * that a call that hangs is ended; give it a time limit of its own.
 */
@NullMarked
package io.tallystick.fallback;

import org.jspecify.annotations.NullMarked;
