import type { ApiSource } from './api-source.ts';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FlantsError } from '../../domain/failure.ts';
import { bucketUrlOf } from '../../domain/names/bucket-url.ts';
import { placeOf } from '../../domain/names/tokens.ts';

/** The destination of a library. */
export type Destination =
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Without leading and trailing slashes. Empty for the bucket itself. */
      readonly prefix: string;
      /** `s3://bucket/prefix`, for people. */
      readonly name: string;
    }
  | {
      readonly kind: 'folder';
      /** Absolute, without a trailing slash. */
      readonly path: string;
      readonly name: string;
    };

/** A source named on the command line. */
export type SourceArgument =
  /** http(s), s3 or file URL of one playlist. */
  | { readonly kind: 'playlist'; readonly url: string }
  /** Absolute path of a file that lists videos. */
  | {
      readonly kind: 'catalogue';
      readonly path: string;
      /** Base of relative paths in it. Absent: its own folder. */
      readonly folder?: string;
      /** For messages. Absent: the path. */
      readonly name?: string;
    }
  | ApiSource
  /** A catalogue on standard input, written `-`. */
  | { readonly kind: 'stdin'; readonly folder: string };

/** The playlist from which `verify` starts. */
export type VerifyTarget =
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly name: string }
  | { readonly kind: 'http'; readonly url: string; readonly name: string };

const playlistName = /\.m3u8?$/i;
const catalogueName = /\.(?:json|ndjson|jsonl|csv|tsv)$/i;
const jsonName = /\.(?:json|ndjson|jsonl)$/i;
/** `minio:bucket/prefix` in the notation of other tools, or `s3:/bucket`. A single letter is a Windows drive. */
const remoteName = /^[a-z][a-z0-9+.-]+:(?!\/\/)/i;

/**
 * Parses a destination. Does not access the file system.
 *
 * @param cwd - base of relative paths
 * @throws {FlantsError} `usage`
 */
export function parseDestination(text: string, cwd: string): Destination {
  if (/^s3:\/\//i.test(text)) {
    const { bucket, path } = parseS3(text, 'destination');
    assertNoSource(text);
    const prefix = path.replace(/^\/+|\/+$/g, '');
    if (prefix.split('/').some((part) => part === '.' || part === '..')) {
      throw usage(`the destination ${text} has a dot segment; name the prefix itself`);
    }
    return { kind: 's3', bucket, prefix, name: prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}` };
  }
  const scheme = schemeOf(text);
  if (scheme === 'http' || scheme === 'https') {
    throw usage(
      `the destination ${withoutSecrets(text)} is a web address: expected s3://bucket/prefix or a folder, last of all; an S3-compatible store is named with --endpoint`,
    );
  }
  if (scheme !== undefined && scheme !== 'file')
    throw usage(
      `the destination ${withoutSecrets(text)} begins with ${scheme}://: expected s3://bucket/prefix or a folder`,
    );
  assertNoSource(text);
  if (text === '-')
    throw usage('the destination is -: a copy cannot go to standard output; the destination comes last');
  if (text.trim() === '') throw usage('the destination is empty: expected s3://bucket/prefix or a folder');
  assertLocal(text, 'the destination', 's3://bucket/prefix', 'folder');
  const path = localPath(text, cwd);
  return { kind: 'folder', path, name: path };
}

function assertNoSource(text: string): void {
  if (!playlistName.test(text) && !catalogueName.test(text)) return;
  throw usage(
    `the destination ${text} has the name of a playlist or catalogue: expected s3://bucket/prefix or a folder, last of all`,
  );
}

/**
 * Parses a source. Does not access the file system.
 *
 * @throws {FlantsError} `usage`
 */
export function parseSource(text: string, cwd: string): SourceArgument {
  if (text === '-') return { kind: 'stdin', folder: cwd };
  const scheme = schemeOf(text);
  if (scheme === 'http' || scheme === 'https') {
    const url = URL.parse(text);
    if (!url) throw usage(`the source ${withoutSecrets(text)} is not a valid URL`);
    if (catalogueName.test(url.pathname)) {
      throw usage(
        `the source ${withoutSecrets(text)} looks like a catalogue: a catalogue must be a file here; download it first`,
      );
    }
    if (url.pathname === '/') {
      throw usage(
        `the source ${withoutSecrets(text)} names a host and no playlist on it: expected a URL such as https://cdn.example/videos/1/master.m3u8`,
      );
    }
    return { kind: 'playlist', url: url.href };
  }
  if (scheme === 's3') return { kind: 'playlist', url: playlistInBucket(text) };
  if (scheme === 'mongodb' || scheme === 'mongodb+srv')
    throw usage(
      `the source ${withoutSecrets(text)} is a MongoDB catalogue: those are for flants up and flants scanner`,
    );
  if (scheme !== undefined && scheme !== 'file')
    throw usage(`the source ${withoutSecrets(text)} begins with ${scheme}://: expected an http(s) or s3 URL or a path`);
  if (text.trim() === '') throw usage('a source is empty: expected an http(s) URL or a path');
  assertLocal(text, 'the source', 'an http(s) URL', 'file');
  const path = localPath(text, cwd);
  return catalogueName.test(path) ? { kind: 'catalogue', path } : { kind: 'playlist', url: pathToFileURL(path).href };
}

/**
 * Parses the playlist to verify. Does not access the file system.
 *
 * @throws {FlantsError} `usage`
 */
export function parseVerifyTarget(text: string, cwd: string): VerifyTarget {
  const scheme = schemeOf(text);
  if (scheme === 's3') {
    const { bucket, path: key } = parseS3(text, 'playlist');
    if (key === '' || key.endsWith('/'))
      throw usage(`${text} names no playlist: expected s3://bucket/path/of/a/playlist.m3u8`);
    return { kind: 's3', bucket, key, name: `s3://${bucket}/${key}` };
  }
  if (scheme === 'http' || scheme === 'https') {
    const url = URL.parse(text);
    if (!url) throw usage(`${withoutSecrets(text)} is not a valid URL`);
    return { kind: 'http', url: url.href, name: withoutSecrets(url.href) };
  }
  if (scheme !== undefined && scheme !== 'file')
    throw usage(`${withoutSecrets(text)} begins with ${scheme}://: expected s3://, http(s):// or a path`);
  assertLocal(text, 'the playlist', 's3://bucket/path/of/a/playlist.m3u8 or an http(s) URL', 'file');
  if (catalogueName.test(text))
    throw usage(`${text} is a catalogue: name the destination of its videos after it, such as s3://bucket/prefix`);
  const path = localPath(text, cwd);
  return { kind: 'file', path, name: path };
}

/** Whether a file of this name is read as a catalogue in JSON or NDJSON. */
export function isJsonCatalogue(path: string): boolean {
  return jsonName.test(path);
}

/** Whether a word is written as sources are, and no destination is: a web address, or the name of a playlist or catalogue. */
export function looksLikeSource(text: string): boolean {
  const scheme = schemeOf(text);
  if (scheme === 'http' || scheme === 'https') return true;
  return playlistName.test(text) || (scheme !== 's3' && catalogueName.test(text));
}

/** A URL for display, without user information and query. Text without a scheme is returned unchanged. */
export function withoutSecrets(text: string): string {
  const scheme = schemeOf(text);
  if (scheme === undefined || scheme === 'file') return text;
  const url = /^(?:https?|s3)$/.test(scheme) ? URL.parse(text) : null;
  // MongoDB URLs with several hosts cannot be parsed, and a password may contain anything: remove all up to the last @.
  if (!url) return text.replace(/^([^:]*:\/\/).*@/s, '$1…@').replace(/\?.*$/s, '?…');
  const user = url.username === '' && url.password === '' ? '' : '…@';
  const path = url.protocol === 's3:' ? url.pathname : placeOf(url).slice(`${url.protocol}//${url.host}`.length);
  // A key is not written as a URL has it.
  const isPlain = user === '' && url.search === '' && path === url.pathname;
  if (isPlain && (url.protocol === 's3:' || url.hash === '')) return text;
  return `${url.protocol}//${user}${url.host}${path}${url.search === '' ? '' : '?…'}`;
}

/** The URL of a playlist in a bucket. */
function playlistInBucket(text: string): string {
  const { bucket, path } = parseS3(text, 'source');
  if (path === '' || path.endsWith('/')) {
    throw usage(
      `the source ${text} names no playlist: expected s3://bucket/path/of/a/playlist.m3u8; flants discover finds the videos of a bucket`,
    );
  }
  if (catalogueName.test(path)) {
    throw usage(`the source ${text} looks like a catalogue: a catalogue must be a file here; download it first`);
  }
  const url = bucketUrlOf(`s3://${bucket}/${path}`);
  if (!url) throw usage(`the source ${text} has a key with dot segments, which no URL can name`);
  return url.href;
}

/** An absolute path without a trailing slash. */
export function localPath(text: string, cwd: string): string {
  const path = schemeOf(text) === 'file' ? fileUrlPath(text) : text;
  return isAbsolute(path) ? resolve(path) : resolve(join(cwd, path));
}

function fileUrlPath(text: string): string {
  try {
    return fileURLToPath(text);
  } catch (cause) {
    throw new FlantsError('usage', `${text} is not a valid file URL`, { cause });
  }
}

/** Names of AWS buckets have 3 to 63 characters. Other stores allow more characters. */
function parseS3(text: string, what: string): { readonly bucket: string; readonly path: string } {
  const match = /^s3:\/\/([^/]*)(?:\/(.*))?$/is.exec(text);
  const bucket = match?.[1] ?? '';
  if (bucket === '') throw usage(`the ${what} ${text} names no bucket: expected s3://bucket/prefix`);
  if (!/^[a-z0-9][a-z0-9._-]{1,254}$/i.test(bucket))
    throw usage(`the ${what} ${text} names the bucket "${bucket}", which cannot be a bucket's name`);
  return { bucket, path: match?.[2] ?? '' };
}

/** @throws {FlantsError} `usage` for text that was probably not meant as a path */
function assertLocal(text: string, what: string, expected: string, local: 'folder' | 'file'): void {
  if (!remoteName.test(text)) return;
  throw usage(`${what} ${text} looks like a remote: expected ${expected}; a ${local} of that name is ./${text}`);
}

function schemeOf(text: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
}

function usage(message: string): FlantsError {
  return new FlantsError('usage', message);
}
