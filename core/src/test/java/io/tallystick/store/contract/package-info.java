/**
 * What every store keeps, as tests: {@link io.tallystick.store.contract.StoreContract}, in this
 * artifact's test jar for the stores of others. A clause is a test; its number does not change.
 */
@NullMarked
package io.tallystick.store.contract;

import org.jspecify.annotations.NullMarked;
