/**
 * What the Java agent does in an application that knows nothing of it: mirrors the application's
 * default registry and the JVM's own metrics into a directory, and takes part in its scrape.
 */
@NullMarked
package io.tallystick.agent.attached;

import org.jspecify.annotations.NullMarked;
