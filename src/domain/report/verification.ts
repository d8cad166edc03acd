import type { FailureCode } from '../failure.ts';
import type { ObjectRole } from '../object-headers.ts';
import type { LibraryReport } from './copy.ts';
import type { ExternalReference } from '../revision.ts';

/** One thing at the destination that is not as it must be. */
export interface VerifyProblem {
  readonly code: FailureCode;
  /** Key or URL of the object. */
  readonly key: string;
  readonly message: string;
  /** Where it is named: key or URL of the playlist, and its line from 1. */
  readonly playlist?: string;
  readonly line?: number;
}

/** A file that is not there, and need not be: somebody accepted that. */
export interface AcceptedAbsence {
  readonly key: string;
  readonly reason: string;
}

/** Something in the way in which a web server or CDN hands objects out. */
export interface DeliveryFinding {
  readonly code: Extract<FailureCode, 'verify.type' | 'verify.cors' | 'verify.range' | 'verify.head' | 'verify.cache'>;
  /** `fault`: some players do not play it. `warning`: they play it, under conditions or at a higher price. */
  readonly level: 'warning' | 'fault';
  /** The objects that were asked for an example. */
  readonly role: ObjectRole | 'missing object';
  /** The example, without tokens. */
  readonly url: string;
  /** What was found, and who minds. */
  readonly message: string;
  /** The header that would mend it: `Access-Control-Allow-Origin: *`. */
  readonly header: string;
  /** Where it is set in front of S3: CloudFront, or the bucket. */
  readonly mend: string;
}

/** What a walk over a copy's playlists has proven. Whole when `problems` is empty. */
export interface VerifyReport {
  /** Name of the playlist that the walk began with. */
  readonly destination: string;
  /** How many playlists were read. */
  readonly playlists: number;
  /** How many other objects were looked at. */
  readonly objects: number;
  /** Of these objects together. */
  readonly sizeBytes: number;
  readonly problems: readonly VerifyProblem[];
  /** URIs that lead out of the copy. */
  readonly external: readonly ExternalReference[];
  /** Files that are missing by a decision that the state knows; never among `problems`. */
  readonly accepted: readonly AcceptedAbsence[];
  /** How many objects had their checksum compared. */
  readonly checkedChecksums: number;
  /** How a web server or CDN delivers it; of a store, what it keeps that will be delivered. Absent: nothing was found. */
  readonly delivery?: readonly DeliveryFinding[];
}

/** A video that is not whole. */
export interface VideoProblems {
  /** Its id in the catalogue; else the key of its playlist. */
  readonly video: string;
  readonly problems: readonly VerifyProblem[];
}

/** What was proven of all videos below a prefix. Lists are cut at some thousands; counts are of all. */
export interface LibraryVerifyReport {
  readonly format: 1;
  /** Name of the prefix. */
  readonly destination: string;
  readonly videos: number;
  readonly whole: number;
  /** How many playlists were read; what several videos share counts once, here and below. */
  readonly playlists: number;
  /** How many objects are named. */
  readonly objects: number;
  readonly sizeBytes: number;
  readonly checkedChecksums: number;
  readonly notWhole: readonly VideoProblems[];
  /** How many problems there are in all; of a shared object, one for each video. */
  readonly problems: number;
  /** Rows of the catalogue that are no videos: nobody knows what they should have been. */
  readonly refusedRows: LibraryReport['refusedRows'];
  /** Files that are missing by a decision. */
  readonly accepted: readonly AcceptedAbsence[];
  /** What the store keeps that will be delivered, one finding for each kind of object. */
  readonly delivery: readonly DeliveryFinding[];
  /** How many URIs lead out of the copy. */
  readonly external: number;
  /** These URIs; of what videos share, each once. */
  readonly outside: readonly ExternalReference[];
  /**
   * Media playlists that count as videos, though multivariant ones beside them or one folder above name others and not
   * them: of an earlier version, perhaps. Without a catalogue nothing says which they are.
   */
  readonly doubtful: { readonly count: number; readonly keys: readonly string[] };
  /** Objects that no playlist of these videos names. */
  readonly extra: { readonly count: number; readonly sizeBytes: number; readonly keys: readonly string[] };
}
