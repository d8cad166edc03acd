import { acceptances } from '../../journal/failed-files.ts';
import type { Journal, Publication } from '../../journal/journal.ts';
import { readAhead } from '../../domain/waiting/read-ahead.ts';
import type { Expected } from '../../verifier/check-object.ts';

/** A document as it was published last. */
export interface PublishedDocument extends Expected {
  readonly publication: Publication;
}

/** What is at the destination according to a journal. */
export interface Published {
  /** By key. */
  readonly documents: ReadonlyMap<string, PublishedDocument>;
  /** The reasons for which videos were published without a file, by its key. */
  readonly accepted: ReadonlyMap<string, string>;
}

/** Publications read concurrently: a journal in a store keeps each in an object of its own. */
const width = 32;

/** Reads all publications of a journal. */
export async function readPublished(journal: Journal): Promise<Published> {
  const documents = new Map<string, PublishedDocument>();
  const accepted = new Map<string, string>();
  for await (const publication of readAhead(journal.published(), width, (video) => journal.publication(video))) {
    if (!publication) continue;
    for (const { key, sizeBytes, crc32 } of publication.documents) {
      // Videos may share a playlist: the latest publication is what the destination holds.
      if ((documents.get(key)?.publication.at ?? '') <= publication.at)
        documents.set(key, { sizeBytes, crc32, publication });
    }
    for (const [key, reason] of await acceptedIn(publication, journal)) accepted.set(key, reason);
  }
  return { documents, accepted };
}

async function acceptedIn(
  { video, revision, accepted }: Publication,
  journal: Journal,
): Promise<readonly (readonly [key: string, reason: string])[]> {
  if (accepted.length === 0) return [];
  const reasons = await acceptances(video, journal);
  const files = await journal.files(video, revision, accepted);
  return files.flatMap(({ file: { key } }) => {
    const reason = reasons.get(key);
    return reason === undefined ? [] : [[key, reason] as const];
  });
}
