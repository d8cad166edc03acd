import { MiB } from '../domain/units.ts';
import { waitInLine } from '../domain/waiting/wait-in-line.ts';
import { mapFetch } from './map-fetch.ts';
import type { Body, Source } from './source.ts';

/** Bytes of playlists from which on a presentation is large: some 30,000 segments. */
export const largeBytes = 4 * MiB;

/**
 * Has a process plan one large presentation after the other. Reading and planning take ten times the memory of the
 * playlists: those of several day-long recordings at once would be more than a process has. Small ones wait for none.
 */
export class LargeReadings {
  #isTaken = false;
  readonly #line = new Set<() => void>();

  /**
   * Runs what reads a presentation, and plans it.
   *
   * @param read - is given the source. Its texts end only once there is room for what is read so far
   */
  async run<T>(source: Source, read: (source: Source) => Promise<T>): Promise<T> {
    const end = new AbortController();
    let bytes = 0;
    let turn: Promise<void> | undefined;
    const room = async (signal: AbortSignal): Promise<void> => {
      if (bytes > largeBytes) await (turn ??= this.#enter(AbortSignal.any([signal, end.signal])));
    };
    const counted = async function* (body: Body, signal: AbortSignal): AsyncGenerator<Uint8Array> {
      for await (const piece of body) {
        bytes += piece.byteLength;
        yield piece;
      }
      await room(signal);
    };
    const waiting = mapFetch(source, (fetch) => async (url, options) => {
      const answer = await fetch(url, options);
      if (answer.result !== 'fetched' || options.kind !== 'text') return answer;
      return { ...answer, body: counted(answer.body, options.signal), cancel: () => answer.cancel() };
    });
    try {
      return await read(waiting);
    } finally {
      end.abort();
      await turn?.then(
        () => this.#leave(),
        () => undefined,
      );
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    await waitInLine(signal, (enter) => {
      this.#line.add(enter);
      this.#admit();
      return () => this.#line.delete(enter);
    });
  }

  #leave(): void {
    this.#isTaken = false;
    this.#admit();
  }

  #admit(): void {
    const [next] = this.#line;
    if (this.#isTaken || !next) return;
    this.#isTaken = true;
    this.#line.delete(next);
    next();
  }
}
