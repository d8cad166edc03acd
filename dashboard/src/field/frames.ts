/** Called before a frame is drawn. Returns whether it wants the next one as well. */
export type OnFrame = (now: number) => boolean;

const waiting = new Set<OnFrame>();
let requested = false;

/** Calls a function before the next frame. All of them share one request, and none is made while nothing moves. */
export function onNextFrame(callback: OnFrame): void {
  waiting.add(callback);
  if (requested) return;
  requested = true;
  requestAnimationFrame(frame);
}

/** Takes it back. */
export function cancelFrame(callback: OnFrame): void {
  waiting.delete(callback);
}

function frame(now: number): void {
  for (const callback of waiting) if (!callback(now)) waiting.delete(callback);
  requested = waiting.size > 0;
  if (requested) requestAnimationFrame(frame);
}
