import { createHash } from 'node:crypto';
import type { KeyRules } from '../domain/names/destination-key.ts';
import type { LiveFinding } from '../domain/live.ts';
import { namingOf } from '../domain/names/naming.ts';
import type { Presentation, PresentationDocument } from '../hls/presentation.ts';

/** What a presentation shows of a recording that is not over. Undefined where each of its playlists has ended. */
export function findLive({ documents }: Presentation, keyRules: KeyRules): LiveFinding | undefined {
  const live = documents.filter(({ missingEnd }) => missingEnd?.isLive);
  const [first] = live;
  if (!first) return undefined;
  const { identify } = namingOf(keyRules);
  // A playlist of playlists may name another recording one day: as long as it does not, and the first goes on, all do.
  const watched = [...documents.filter(({ role }) => role === 'multivariant-playlist').toReversed(), first];
  return {
    playlists: watched.map(({ fetchUrl, validators, sha256 }) => ({ url: identify(fetchUrl), validators, sha256 })),
    hasTokens: watched.some(({ fetchUrl }) => identify(fetchUrl) !== fetchUrl),
    digest: digestOf(documents, identify),
    targetDurationMs: live.reduce((most, { missingEnd }) => Math.max(most, missingEnd?.targetDurationMs ?? 0), 0),
  };
}

/** Whether a recording could be copied as it is now: it names media, and nothing that only a live one may. */
export function isComplete({ documents, files }: Presentation): boolean {
  return files.length > 0 && documents.every(({ missingEnd }) => missingEnd?.refusal === undefined);
}

/** The presentation of a recording that is taken as over although nothing says so. */
export function assumeEnded(presentation: Presentation): Presentation {
  const live = presentation.documents.filter(({ missingEnd }) => missingEnd?.isLive);
  return { ...presentation, warnings: [...presentation.warnings, ...live.flatMap(warningsOf)] };
}

function warningsOf({ url, missingEnd }: PresentationDocument): readonly string[] {
  const assumed = `${url} has no EXT-X-ENDLIST: it has not changed for a while and was taken as over, as --assume-ended says; the copy gets one`;
  return [
    assumed,
    ...(missingEnd?.looseParts === undefined ? [] : [`${missingEnd.looseParts}: the copy ends before it`]),
  ];
}

/** Of what the documents name, so that tokens and dates which differ at each look count for nothing. */
function digestOf(documents: readonly PresentationDocument[], identify: (url: string) => string): string {
  const hash = createHash('sha256');
  for (const { fetchUrl, references } of documents) {
    hash.update(JSON.stringify([identify(fetchUrl), ...references.map((each) => identify(each.fetchUrl))]));
  }
  return hash.digest('hex');
}
