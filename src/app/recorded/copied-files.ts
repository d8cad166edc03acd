import type { Evidence } from '../../domain/outcome.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Journal, Publication } from '../../journal/journal.ts';
import type { Expected } from '../../verifier/check-object.ts';

/**
 * Looks up what was copied to a key. Undefined if nothing is known of it.
 *
 * @param publication - with the playlist that names the file. Absent: it is not one that was published
 */
export type CopiedFiles = (key: string, publication: Publication | undefined) => Promise<Expected | undefined>;

/** More than are verified at a time. */
const keptVideos = 8;
const filesAtATime = 10_000;

/**
 * Looks up files in a journal that keeps evidence by video, where asking for each file would cost a listing. The evidence
 * of a whole video is read at its first file, and held for the videos used last.
 */
export function openCopiedFiles(journal: Journal): CopiedFiles {
  /** In the order of their last use. */
  const videos = new Map<VideoId, Promise<ReadonlyMap<string, Expected>>>();
  return async (key, publication) => {
    if (!publication) return undefined;
    const { video } = publication;
    const files = videos.get(video) ?? readFiles(publication, journal);
    videos.delete(video);
    videos.set(video, files);
    for (const other of videos.keys()) if (videos.size > keptVideos) videos.delete(other);
    return (await files).get(key);
  };
}

async function readFiles(
  { video, revision, total }: Publication,
  journal: Journal,
): Promise<ReadonlyMap<string, Expected>> {
  const found = new Map<string, Expected>();
  for (let from = 0; from < total; from += filesAtATime) {
    const files = await journal.files(video, revision, [[from, from + filesAtATime]]);
    const keys = files.map(({ file }) => file.key);
    for (const [key, evidence] of await journal.evidence(video, keys)) {
      const expected = expectedOf(evidence);
      if (expected) found.set(key, expected);
    }
  }
  return found;
}

/** The size and checksum that evidence tells. Undefined for a file that may be absent, and was. */
export function expectedOf({ sizeBytes, crc32, proof }: Evidence): Expected | undefined {
  if (proof === 'absent-optional') return undefined;
  return { sizeBytes, ...(crc32 === '' ? {} : { crc32 }) };
}
