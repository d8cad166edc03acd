import type { FailureCode } from './failure.ts';
import type { ExternalReference } from './revision.ts';

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
}
