import type { Failure } from './failure.ts';
import type { SideFile } from './side-file.ts';
import type { Live } from './live.ts';

/** A video's name in its catalogue: unique in the library (`isVideoId`). */
export type VideoId = string;

/** Most characters of an id. */
const maxIdLength = 1_000;

/** What `isVideoId` asks for, for messages. */
export const videoIdExpectation = `text of at most ${maxIdLength} characters, other than . and ..`;

/** Whether a text may be an id. No path of the HTTP interface can hold `.` or `..`: it would lead to another resource. */
export function isVideoId(text: string): boolean {
  return text.trim() !== '' && text.length <= maxIdLength && text !== '.' && text !== '..';
}

/** Random, and new at each registration. Work that carries an older one is ignored. */
export type Generation = string;

/** Digest of a sealed revision: lower-case hex SHA-256. */
export type RevisionDigest = string;

/** One video as the catalogue names it. */
export interface Submission {
  readonly id: VideoId;
  /** URL or path of its multivariant or media playlist. */
  readonly playlistUrl: string;
  readonly title?: string;
  /** ISO 8601 instant. */
  readonly recordedAt?: string;
  /** Files that no playlist names. Absent: none. */
  readonly sideFiles?: readonly SideFile[];
  /** Absent: a catalogue named it. */
  readonly by?: 'person';
  /** Its URLs have tokens in the catalogue, which are not stored. Absent: they have none there. */
  readonly hasTokens?: true;
}

/** The URLs of a submission, with tokens. */
export type SubmittedUrls = Pick<Submission, 'playlistUrl' | 'sideFiles'>;

/** A decision that stops work on a video. */
export type Hold = 'paused' | 'cancelled';

/**
 * The facts of one video. States such as copying or incomplete are derived
 * (`stateOf`, `nextStep`), never stored.
 */
export interface VideoRecord {
  readonly generation: Generation;
  /** Absent until the first crawl has sealed a plan. */
  readonly revision?: RevisionDigest;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Some of the failed, published all the same because a person said so. */
  readonly accepted: number;
  /** The revision whose playlists stand at the destination. */
  readonly published?: RevisionDigest;
  readonly hold?: Hold;
  /** Goes before the backlog: recorded lately, or put forward by a person. */
  readonly fresh?: true;
  /** The situation last announced to catalogue, log and alerts (`situationOf`). */
  readonly announced?: string;
  /** Times in a row that it was set back on its way to being published: its source differed, or files vanished. Absent: none. */
  readonly restarts?: number;
  /** The playlist for which it was opened last, as `playlistFingerprint` names it. Absent: not known. */
  readonly asked?: string;
  /** Why no plan could be made of it. */
  readonly invalid?: Failure;
  /** Why no plan can be made of it yet: its recording is not over. Never beside `invalid`. */
  readonly live?: Live;
  /** Absent: it has not failed since it was published, or nothing but a change can mend it. */
  readonly nextLook?: NextLook;
}

/** When a video that failed is looked at again without anybody's asking. */
export interface NextLook {
  /** Which look in a row that is, from 1. */
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What gave no answer: scheme and host of a source, or `destinationPlace`. Absent: it has failed for other reasons. */
  readonly waitsFor?: string;
}

/** What a person calls the situation of a video, in the order in which reports count them. */
export const videoStates = [
  'published',
  'publishing',
  'copying',
  'waiting',
  'live',
  'incomplete',
  'invalid',
  'paused',
  'cancelled',
] as const;

/** One of `videoStates`. */
export type VideoState = (typeof videoStates)[number];

/** Files of this revision may be copied: it is the video's, and the video is not on hold. */
export function isUnderWay(record: VideoRecord, revision: RevisionDigest): boolean {
  return record.revision === revision && record.hold === undefined;
}

/** Every file is done or failed for good. */
export function isSettled(record: VideoRecord): boolean {
  return record.revision !== undefined && record.done + record.failed === record.total;
}

/** Every file is there, or its absence was accepted. */
export function isWhole(record: VideoRecord): boolean {
  return record.revision !== undefined && record.done + record.accepted === record.total;
}

/** Names the situation of a video that has no next step, so that it is announced once and not again after each look. */
export function situationOf(record: VideoRecord): string {
  const state = stateOf(record);
  return state === 'published' ? publishedSituation(record) : `${state} ${record.generation}`;
}

/** The situation of a video whose revision stands at the destination. Files that are there after all make it another. */
export function publishedSituation({ revision, accepted }: Pick<VideoRecord, 'revision' | 'accepted'>): string {
  return `published ${revision}${accepted > 0 ? ` without ${accepted}` : ''}`;
}

/** The one word for a video's situation, from its facts alone. */
export function stateOf(record: VideoRecord): VideoState {
  if (record.hold) return record.hold;
  if (record.invalid) return 'invalid';
  if (record.live) return 'live';
  if (record.revision === undefined) return 'waiting';
  if (isWhole(record)) return record.published === record.revision ? 'published' : 'publishing';
  return isSettled(record) ? 'incomplete' : 'copying';
}

/** Files that are still to be copied. None of a video at rest, such as a paused one. */
export function openCountOf(record: VideoRecord): number {
  return stateOf(record) === 'copying' ? record.total - record.done - record.failed : 0;
}
