/** What a URL has more than that of the plan. Shared by all files that have the same. */
interface Addition {
  readonly text: string;
  /** Where in the plan's URL. Undefined: at its end. */
  readonly at: number | undefined;
}

/** About as many bytes as a reference takes, and a string beside its characters. */
const [referenceBytes, stringBytes] = [8, 32];

/**
 * Full URLs, tokens included, of files whose plan has another, by index. Secrets: never stored.
 *
 * Most sources give all files of a video the same token: it is kept once, not a URL for each.
 */
export class FetchUrls {
  /** Whole URLs, and what others add. */
  readonly #urls: (string | Addition | undefined)[] = [];
  #size = 0;
  #bytes = 0;

  /**
   * @param urls - of files: those of the plan, as far as they are known, and the full ones
   */
  constructor(urls: Iterable<readonly [index: number, planned: string | undefined, full: string]> = []) {
    const additionOf = createFinder();
    for (const [index, planned, full] of urls) {
      if (planned === full) continue;
      const known = planned === undefined ? undefined : additionOf(planned, full);
      this.#urls[index] = known ?? full;
      this.#size += 1;
      this.#bytes += referenceBytes + (known ? 0 : stringBytes + full.length);
    }
  }

  /** How many files have another URL than their plan. */
  get size(): number {
    return this.#size;
  }

  /** How much memory they take, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The full URL of a file: that of the plan where no other is known. */
  of(index: number, planned: string): string {
    const url = this.#urls[index];
    if (typeof url !== 'object') return url ?? planned;
    const { at = planned.length, text } = url;
    return planned.slice(0, at) + text + planned.slice(at);
  }
}

/** Returns what a URL adds to another, if one before it added the same. */
function createFinder(): (planned: string, full: string) => Addition | undefined {
  const found = new Map<string, Addition>();
  return (planned, full) => {
    const addition = additionTo(planned, full);
    if (!addition) return undefined;
    const name = `${addition.at} ${addition.text}`;
    const known = found.get(name);
    if (!known) found.set(name, addition);
    return known;
  };
}

/** What one URL is to be given to become the other. Undefined if that is no single piece. */
function additionTo(planned: string, full: string): Addition | undefined {
  const more = full.length - planned.length;
  if (more <= 0) return undefined;
  if (full.startsWith(planned)) return { text: full.slice(planned.length), at: undefined };
  let at = 0;
  while (planned.charCodeAt(at) === full.charCodeAt(at)) at += 1;
  return full.endsWith(planned.slice(at)) ? { text: full.slice(at, at + more), at } : undefined;
}
