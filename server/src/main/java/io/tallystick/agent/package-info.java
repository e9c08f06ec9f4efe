/**
 * The Java agent's way in. What it does is in {@link io.tallystick.agent.attached}, which runs in a
 * class loader of its own.
 *
 * <p>Promises: no class of the agent but the one of this package is visible to the application, and
 * none of the application's is replaced. Whatever fails is said on standard error, and the
 * application starts without metrics.
 */
@NullMarked
package io.tallystick.agent;

import org.jspecify.annotations.NullMarked;
