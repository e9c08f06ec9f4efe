package io.tallystick.mirror;

import io.tallystick.shm.ProcessFile;

/**
 * A family that has its name for itself.
 *
 * @param family the family
 * @param unregister gives the name up
 */
public record Registration(ProcessFile.Family family, Runnable unregister) {}
