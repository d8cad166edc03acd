/** A cache of objects that never change, bounded by bytes. The objects used least recently are dropped. */
export class BodyCache {
  readonly #maxBytes: number;
  /** In the order of their last use. */
  readonly #bodies = new Map<string, Buffer>();
  readonly #loading = new Map<string, Promise<Buffer | undefined>>();
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The body of an object. Those that ask at a time share one `load`; an absent object is not remembered. */
  async get(key: string, load: () => Promise<Buffer | undefined>): Promise<Buffer | undefined> {
    const held = this.#bodies.get(key);
    if (held) {
      this.#bodies.delete(key);
      this.#bodies.set(key, held);
      return held;
    }
    const loading = this.#loading.get(key) ?? this.#load(key, load);
    return loading;
  }

  put(key: string, body: Buffer): void {
    this.drop(key);
    if (body.byteLength > this.#maxBytes) return;
    // A small buffer is a part of a block of 8 KiB, which it would hold as a whole.
    const own = Buffer.allocUnsafeSlow(body.byteLength);
    own.set(body);
    this.#bodies.set(key, own);
    this.#heldBytes += body.byteLength;
    for (const oldest of this.#bodies.keys()) {
      if (this.#heldBytes <= this.#maxBytes) break;
      this.drop(oldest);
    }
  }

  drop(key: string): void {
    this.#heldBytes -= this.#bodies.get(key)?.byteLength ?? 0;
    this.#bodies.delete(key);
  }

  async #load(key: string, load: () => Promise<Buffer | undefined>): Promise<Buffer | undefined> {
    const loading = load().finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    const body = await loading;
    if (body) this.put(key, body);
    return body;
  }
}
