package io.tallystick.fallback;

/** How far an application has fallen back. */
public enum FallbackMode {
  /** All is as it should be: what is meant to be used is used. */
  PRIMARY,

  /** What is meant to be used is away, and something else is used in its place. */
  HEURISTIC,

  /** Neither can be used: what is known is told, and nothing is changed. */
  SAFE
}
