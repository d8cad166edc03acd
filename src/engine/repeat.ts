/**
 * Calls `run` at an interval. Skips a turn while the previous call still runs, and ignores errors, since the next turn
 * tries again.
 *
 * @returns stops the timer
 */
export function repeat(everyMs: number, run: () => Promise<void>): () => void {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void run()
      .catch(() => undefined)
      .finally(() => {
        running = false;
      });
  }, everyMs);
  return () => clearInterval(timer);
}
