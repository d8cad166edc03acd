import { FlantsError } from '../domain/failure.ts';
import type { FileTask } from '../domain/batch.ts';
import { keySizes } from '../domain/revision.ts';
import type { FileRole } from '../domain/revision.ts';

/** Media types of error pages. Media never has them. */
const pageTypes = new Set(['text/html', 'application/xhtml+xml', 'application/json', 'application/problem+json']);

interface BodyFacts {
  readonly head: Uint8Array;
  readonly sizeBytes: number | undefined;
  readonly contentType: string | undefined;
}

/**
 * Refuses responses with status 200 that are not the file: error pages, empty bodies, keys of the wrong length, and
 * objects shorter than the ranges that playlists name.
 *
 * @param body - `head`: the first bytes, at least 16 if the body has as many; `sizeBytes`: of the whole body, undefined
 *   for a large body without an announced length
 * @throws {FlantsError} `source.wrong-body`
 */
export function checkBody(task: Pick<FileTask, 'role' | 'url' | 'minSizeBytes'>, body: BodyFacts): void {
  const problem = problemOf(task, body);
  if (problem) throw new FlantsError('source.wrong-body', `${task.url} answers with ${problem}`);
}

function problemOf(
  { role, url, minSizeBytes }: Pick<FileTask, 'role' | 'url' | 'minSizeBytes'>,
  { head, sizeBytes, contentType }: BodyFacts,
): string | undefined {
  if (isMedia(role) && contentType && pageTypes.has(contentType)) return `a page of type ${contentType}, not media`;
  if (isMedia(role) && startsLikeMarkup(head)) return 'an HTML page, not media';
  if (role === 'key' && (sizeBytes === undefined || !keySizes.includes(sizeBytes))) {
    return `${sizeBytes ?? 'far too many'} bytes; a key has 16 or 32`;
  }
  if (sizeBytes === 0 && !/\.(?:vtt|webvtt)$/i.test(new URL(url).pathname)) return 'an empty body';
  if (minSizeBytes !== undefined && sizeBytes !== undefined && sizeBytes < minSizeBytes) {
    return `${sizeBytes} bytes, but its playlist names a range up to byte ${minSizeBytes}`;
  }
  return undefined;
}

function isMedia(role: FileRole): boolean {
  return role !== 'data';
}

function startsLikeMarkup(head: Uint8Array): boolean {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 64)).toString('latin1');
  return /^\s*(?:<!doctype html|<html)/i.test(start.replace(/^\u00ef\u00bb\u00bf/, ''));
}
