/** Formats `1234567` as `1,234,567`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 file`, `2 files`. */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`;
}

/** `$12.34`; sums below ten cents with three figures: `$0.00123`. */
export function formatDollars(dollars: number): string {
  return `$${dollars === 0 || dollars >= 0.1 ? dollars.toFixed(2) : Number(dollars.toPrecision(3))}`;
}
