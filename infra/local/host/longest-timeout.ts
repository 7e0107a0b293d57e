/** How long can `setTimeout` wait? Above it, it fires at once: what lasts longer is split, or never comes. */

/** Milliseconds: 24.8 days. */
export const longestTimeoutMs = 2 ** 31 - 1;
