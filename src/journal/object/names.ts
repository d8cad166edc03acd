import { createHash } from 'node:crypto';
import type { RevisionDigest, VideoId } from '../../domain/video.ts';

/** Bytes of a path segment; folders hold 255, and a key of S3 1,024 in all. */
const maxSegmentBytes = 128;
/** Length of the readable part of a long name, before its digest. */
const keptBytes = 60;
/** Stands in no segment of a short name: there two hex digits follow each tilde. */
const digestMark = '~~';

/**
 * Encodes a name as one segment of a key. Lower-case letters, digits, `-` and `_` stay; every other byte of the UTF-8 form
 * becomes `~` and two hex digits. So no name yields a dot segment, and no two names collide in a case-insensitive folder.
 * A long name is cut and completed with its SHA-256.
 */
export function segmentOf(name: string): string {
  const segment = Buffer.from(name).reduce((text, byte) => text + escaped(byte), '');
  if (segment.length <= maxSegmentBytes && name.isWellFormed()) return segment;
  const kept = segment.slice(0, keptBytes).replace(/~.?$/, '');
  // JSON tells half characters apart, UTF-8 does not.
  return kept + digestMark + createHash('sha256').update(JSON.stringify(name)).digest('hex');
}

/** Decodes a segment. Undefined for a long name, which cannot be decoded. */
export function nameOfSegment(segment: string): string | undefined {
  if (segment.includes(digestMark)) return undefined;
  const hex = segment.replace(
    /~(..)|([^~])/g,
    (_, code?: string, char = '') => code ?? Buffer.from(char).toString('hex'),
  );
  return Buffer.from(hex, 'hex').toString();
}

/** Last segment of a revision's header. */
export const headerName = 'header';

/** Indices of the files in one object. */
export type FileSpan = readonly [from: number, to: number];

/** Keys of the journal's objects, below its own prefix. The layout is described in `journal.ts`. */
export const keys = {
  submissions: 'submissions/',
  submission: (video: VideoId): string => `submissions/${segmentOf(video)}`,
  publications: 'publications/',
  publication: (video: VideoId): string => `publications/${segmentOf(video)}`,
  decisions: (video: VideoId): string => `decisions/${segmentOf(video)}/`,
  outcomes: (video: VideoId): string => `outcomes/${segmentOf(video)}/`,
  revisions: (video: VideoId): string => `revisions/${segmentOf(video)}/`,
  revisionHeader: (video: VideoId, digest: RevisionDigest): string => `${revision(video, digest)}${headerName}`,
  documents: (video: VideoId, digest: RevisionDigest): string => `${revision(video, digest)}documents`,
  files: (video: VideoId, digest: RevisionDigest, [from, to]: FileSpan): string =>
    `${revision(video, digest)}files-${from}-${to}`,
  setting: (name: string): string => `settings/${segmentOf(name)}`,
} as const;

/** The last segment of a key. */
export function lastSegment(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function revision(video: VideoId, digest: RevisionDigest): string {
  return `${keys.revisions(video)}${segmentOf(digest)}/`;
}

function escaped(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[a-z0-9_-]/.test(char) ? char : `~${byte.toString(16).padStart(2, '0')}`;
}
