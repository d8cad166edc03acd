import { storedUrl } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import { untilAborted } from '../domain/waiting/until-aborted.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import type { Catalogue, CatalogueRow } from './catalogue.ts';

/** Settings of a catalogue that remembers its rows. */
export interface RememberOptions {
  readonly tokenRules: TokenRules;
  /** A row is current for this long. */
  readonly rereadAfterMs: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

interface Remembered {
  readonly readAt: number;
  /** Absent: its URLs have no tokens. */
  readonly row?: CatalogueRow;
}

/**
 * Gives a catalogue that can only be read as a whole a `find`, which looks for tokens: it finds the rows whose URLs have
 * some. These stay in memory as whoever read the catalogue last has read them; of the others, only the ids do.
 *
 * | the row was read              | the latest reading began       | `find`                              |
 * |-------------------------------|--------------------------------|-------------------------------------|
 * | less than `rereadAfterMs` ago |                                | the row                             |
 * | before that, or never         | less than `rereadAfterMs` ago  | waits for its end: then what it has |
 * | before that, or never         | before that, or there was none | reads the catalogue, and then that  |
 */
export function rememberRows(catalogue: Catalogue, { tokenRules, rereadAfterMs, now }: RememberOptions): Catalogue {
  if (catalogue.find) return catalogue;
  let latest = new Map<VideoId, Remembered>();
  /** The latest one, unless it broke off. */
  let reading: { readonly beganAt: number; readonly ended: Promise<void> } | undefined;
  const closing = new AbortController();
  const isCurrent = (since: number): boolean => now() - since < rereadAfterMs;

  async function* rows({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<CatalogueRow> {
    const readAt = now();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const own = { beganAt: readAt, ended };
    reading = own;
    const read = new Map<VideoId, Remembered>();
    const withoutAny: Remembered = { readAt };
    try {
      for await (const row of catalogue.rows({ signal })) {
        if (row.kind === 'video') {
          const remembered = urlsOf(row.submission).some((url) => storedUrl(url, tokenRules).hasTokens)
            ? { readAt, row }
            : withoutAny;
          for (const rowsById of [read, latest]) rowsById.set(row.submission.id, remembered);
        }
        yield row;
      }
      latest = read;
    } finally {
      if (latest !== read && reading === own) reading = undefined;
      end();
    }
  }
  const readAll = async (): Promise<void> => {
    for await (const _ of rows({ signal: closing.signal }));
  };

  return {
    ...catalogue,
    rows,
    async find(id, { signal }) {
      const known = latest.get(id);
      if (known && isCurrent(known.readAt)) return known.row;
      if (reading && isCurrent(reading.beganAt)) await untilAborted(reading.ended, signal);
      else await untilAborted(readAll(), signal);
      return latest.get(id)?.row;
    },
    async close() {
      closing.abort();
      await catalogue.close();
    },
  };
}

function urlsOf({ playlistUrl, sideFiles = [] }: Submission): readonly string[] {
  return [playlistUrl, ...sideFiles.map(({ url }) => url)];
}
