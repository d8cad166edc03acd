/** More places than these have nothing in common that a person would write down. */
const maxPlaces = 8;

/** Where a part of a path begins: the text before it, from the start of its segment or of the path. */
interface Place {
  readonly before: string;
  readonly isSegment: boolean;
}

/**
 * Writes a pattern (`TokenRules.sessionPatterns`) for a part that was seen with several values.
 *
 * @param urls - with the part
 * @param parts - its values
 * @returns undefined where too many places have it
 */
export function patternOf(urls: readonly string[], parts: readonly string[]): string | undefined {
  const places = new Map<string, Place>();
  for (const { pathname } of urls.map((url) => new URL(url))) {
    for (const part of parts) {
      for (let at = pathname.indexOf(part); at >= 0; at = pathname.indexOf(part, at + part.length)) {
        const place = placeOf(pathname, at, part);
        places.set(JSON.stringify(place), place);
      }
    }
  }
  const segments = [...places.values()].filter(({ isSegment }) => isSegment);
  const names = [...places.values()].filter(({ isSegment }) => !isSegment);
  const value = valuePattern(parts);
  const alternatives = [
    ...[...new Set(segments.map(({ before }) => escaped(before)))].map((before) => `(?<=^${before})/${value}(?=/)`),
    // What stands at the beginning of a segment is not all of it here.
    ...beginnings(names.map(({ before }) => before)).map(
      (before) => `(?<=/${before})${value}(?![0-9a-z${before === '' ? '/' : ''}])`,
    ),
  ];
  return alternatives.length > 0 && alternatives.length <= maxPlaces ? alternatives.join('|') : undefined;
}

function placeOf(pathname: string, at: number, part: string): Place {
  const slash = pathname.lastIndexOf('/', at);
  const isSegment = slash === at - 1 && pathname[at + part.length] === '/';
  return isSegment
    ? { before: pathname.slice(0, slash), isSegment }
    : { before: pathname.slice(slash + 1, at), isSegment };
}

/** Patterns for what stands before the part in a segment. Numbers are any numbers where there are too many. */
function beginnings(befores: readonly string[]): readonly string[] {
  const distinct = [...new Set(befores.map(escaped))];
  return distinct.length <= maxPlaces
    ? distinct
    : [...new Set(distinct.map((before) => before.replaceAll(/[0-9]+/g, '[0-9]+')))];
}

/** Matches values like these. */
function valuePattern(parts: readonly string[]): string {
  const characters = ['[0-9]', '[0-9a-f]', '[0-9a-z]'].find((each) =>
    parts.every((part) => new RegExp(`^${each}+$`, 'i').test(part)),
  );
  const lengths = new Set(parts.map(({ length }) => length));
  return `${characters ?? '[^/]'}${lengths.size === 1 ? `{${[...lengths][0]}}` : '+'}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
