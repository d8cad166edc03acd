import { withoutGrants } from '../domain/names/tokens.ts';
import { FlantsError } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import { maxNamed } from '../domain/playlist-size.ts';
import type { ExternalReference } from '../domain/revision.ts';
import { atLine } from './reference.ts';
import type { DocumentContext, DocumentReference, FileReference, Reference, References, Refusal } from './reference.ts';
import { resolverOf } from './resolve.ts';
import type { Resolved } from './resolve.ts';

/** Where a URI stands. */
export interface UriOccurrence {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly tag: string;
}

/** How to treat a URI once it is resolved. */
export type Use =
  | { readonly use: DocumentReference['use'] }
  | ({ readonly use: 'file' } & Pick<
      FileReference,
      'role' | 'minSizeBytes' | 'optional' | 'cipher' | 'key' | 'sequence' | 'hasMap'
    >);

/** What a URI outside the copy means: a player needs it, or it leads to another service by design. */
export type Foreign = { readonly foreign: 'needed' } | { readonly foreign: 'kept'; readonly reason: string };

const needed: Foreign = { foreign: 'needed' };

/**
 * Collects the references of a document. Each URI ends in exactly one list.
 *
 * All methods throw `hls.limit` when the document names more than `maxNamed`.
 */
export class ReferenceCollector implements References {
  readonly references: Reference[] = [];
  readonly external: ExternalReference[] = [];
  readonly refusals: Refusal[] = [];
  readonly warnings: string[] = [];
  #left = maxNamed;
  readonly #context: DocumentContext;
  readonly #resolve: (uri: string) => Resolved;

  constructor(context: DocumentContext) {
    this.#context = context;
    this.#resolve = resolverOf(new URL(context.finalUrl));
  }

  /** Takes a URI along, or says why that cannot be. */
  take(spot: UriOccurrence, use: Use, foreign: Foreign = needed): void {
    const { uri, line, tag } = spot;
    const variable = /\{\$([\w-]+)\}/.exec(uri)?.[1];
    if (variable !== undefined) {
      this.refuse('hls.variables', line, `nothing defines the variable ${variable} in the URI of ${tag}`);
      return;
    }
    const resolved = this.#resolve(uri);
    switch (resolved.kind) {
      case 'fetch':
        if (resolved.repaired)
          this.warn(line, `${shown(uri)} reads like a URI of an unknown scheme; taken for a relative name`);
        this.#add(this.references, { ...spot, ...use, fetchUrl: resolved.url });
        return;
      case 'inline':
        // A file in the playlist itself is copied with it. A playlist there may name others, which nobody has read.
        if (use.use !== 'file') this.keep(line, tag, uri, 'a data: URI is not read, and may name what is outside');
        return;
      case 'foreign':
        if (foreign.foreign === 'kept') this.keep(line, tag, uri, foreign.reason);
        else this.refuseOrReport('hls.external', spot, `a ${resolved.scheme}: URI cannot be copied`);
        return;
      case 'unusable':
        this.refuse('hls.malformed', line, `the URI of ${tag} is none: ${shown(uri)}`);
    }
  }

  /** Whether another presentation is part of this one: it is on the same host, and not to be kept as it is written. */
  belongsHere(uri: string): boolean {
    if (this.#isKept(uri)) return false;
    const resolved = this.#resolve(uri);
    if (resolved.kind !== 'fetch') return false;
    const [own, its] = [new URL(this.#context.finalUrl), new URL(resolved.url)];
    return own.protocol === its.protocol && own.host === its.host;
  }

  /** Something would send a player back to the old home: refused, unless that is what was asked for. */
  refuseOrReport(code: FailureCode, { line, tag, uri }: UriOccurrence, what: string): void {
    if (this.#isKept(uri)) this.keep(line, tag, uri, `${what}; kept as asked`);
    else
      this.refuse(
        code,
        line,
        `${what}: ${shown(uri)}${isAbsolute(uri) ? ' (--external keep leaves it as it is)' : ''}`,
      );
  }

  /** A relative URI would lead nowhere. */
  #isKept(uri: string): boolean {
    return this.#context.external === 'keep' && isAbsolute(uri);
  }

  keep(line: number, tag: string, uri: string, reason: string): void {
    this.#add(this.external, { playlistUrl: this.#context.url, line, tag, uri: brief(uri), reason });
  }

  refuse(code: FailureCode, line: number, problem: string): void {
    this.#add(this.refusals, { code, line, message: atLine(this.#context.url, line, problem) });
  }

  warn(line: number, problem: string): void {
    this.#add(this.warnings, atLine(this.#context.url, line, problem));
  }

  #add<T>(list: T[], item: T): void {
    if (this.#left === 0) throw new FlantsError('hls.limit', `${this.#context.url} names more than ${maxNamed} things`);
    this.#left -= 1;
    list.push(item);
  }
}

function isAbsolute(uri: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(uri);
}

const mostInlineCharacters = 80;

/** A data: URI of a DRM system has kilobytes for each key; its beginning and its line tell which it is. */
function brief(uri: string): string {
  return uri.length > mostInlineCharacters && /^data:/i.test(uri) ? `${uri.slice(0, mostInlineCharacters)}…` : uri;
}

/** A URI for messages, also one that is no URL. What often grants access is left out: user, query, parts of the path. */
function shown(uri: string): string {
  const plain = uri.replace(/\?.*$/s, '?…').replace(/\/\/[^/@]*@/, '//…@');
  const [, host = '', path = ''] = /^((?:[a-z][a-z0-9+.-]*:)?(?:\/\/[^/]*)?)(.*)$/is.exec(plain) ?? [];
  return host + withoutGrants(path);
}
