package io.tallystick.mirror;

import io.tallystick.shm.FamilyDescriptor;

/** Where names are taken, so that a mirrored family is not one that the process counts itself. */
@FunctionalInterface
public interface FamilyRegistry {
  /**
   * Takes a family's name and labels.
   *
   * @throws IllegalArgumentException where they conflict with another family's
   */
  Registration register(FamilyDescriptor family);
}
