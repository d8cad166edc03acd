/** Files in flight where nobody said how many, and where nothing finds out how many are worth it. */
export const usualConcurrency = 32;

/** Files in flight of a process at the most, where nobody said how many. */
export const mostConcurrency = 256;
