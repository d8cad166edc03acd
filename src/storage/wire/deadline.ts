/**
 * A time by which something has to happen, and that is moved all the time: with each request, and each piece of a body.
 * Its timer is started anew only after it has run out too early, as starting one costs more than all else here.
 */
export class Deadline {
  #atMs = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;
  readonly #onPassed: () => void;

  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  /** Replaces the deadline. */
  set(inMs: number): void {
    this.#atMs = performance.now() + inMs;
    if (this.#atMs < this.#timerAtMs) this.#start(inMs);
  }

  clear(): void {
    this.#atMs = Infinity;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#atMs = Infinity;
  }

  #start(inMs: number): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = this.#atMs;
    this.#timer = setTimeout(() => this.#look(), inMs).unref();
  }

  #look(): void {
    this.#timerAtMs = Infinity;
    if (this.#atMs === Infinity) return;
    const leftMs = this.#atMs - performance.now();
    if (leftMs > 0) return this.#start(Math.ceil(leftMs));
    this.#atMs = Infinity;
    this.#onPassed();
  }
}
