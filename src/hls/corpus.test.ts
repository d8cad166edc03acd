import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { oracles } from '../../test/hls/oracles.ts';
import { FlantsError } from '../domain/failure.ts';
import { adaptPlaylist } from './adapt-playlist.ts';
import { readAttributes } from './attributes.ts';
import { parsePlaylist } from './playlist.ts';
import { readReferences } from './references.ts';
import { joinTokens } from '../../test/hls/join-tokens.ts';
import { tokenize } from './tokenizer.ts';
import type { TagToken, Token } from './tokenizer.ts';

/** Playlists that others wrote, beside the project where there are any. */
const corpus = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));
const isThere = existsSync(corpus);
const names = isThere
  ? readdirSync(corpus, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.m3u8?$/.test(name))
      .toSorted()
  : [];
const playlists = names.map((name) => ({ name, bytes: readFileSync(corpus + name) }));
if (!isThere) console.log('read 0 playlists that others wrote: ../shared/corpus is absent');
const url = 'https://cdn.example/corpus/list.m3u8';
const context = { url, finalUrl: url, external: 'refuse' } as const;

/** Tags that a copy leaves out, or for which a playlist is refused as a whole: their URIs are in no list, on purpose. */
const passedOver = new Map([
  ['EXT-X-PART', 'only live playlists need parts'],
  ['EXT-X-PRELOAD-HINT', 'only live playlists need hints'],
  ['EXT-X-RENDITION-REPORT', 'only live playlists need reports'],
  ['EXT-X-PREFETCH', 'only live playlists need it'],
  ['EXT-X-CONTENT-STEERING', 'a server, not an object'],
  ['EXT-X-DATERANGE', 'interstitials are other presentations'],
]);

const isTag = (token: Token): token is TagToken => token.kind === 'tag';

/** All URIs that we give an account of. */
function accountOf(text: string): ReadonlySet<string> {
  const tokens = tokenize(text);
  const tags = tokens.filter(isTag);
  const isMultivariant = tags.some(({ name }) => /^EXT-X-(?:STREAM-INF|MEDIA|I-FRAME-STREAM-INF)$/.test(name));
  const adapted = adaptPlaylist(tokens, context);
  const { references, external } = readReferences(adapted.tokens, isMultivariant ? 'multivariant' : 'media', context);
  const refused = tags
    .filter(({ name }) => passedOver.has(name))
    .flatMap(({ value }) => [value, ...readAttributes(value).map((one) => one.value)]);
  return new Set([...references, ...external].map(({ uri }) => uri).concat(refused));
}

/** What becomes of a playlist; what is thrown must be ours. */
function verdictOn(bytes: Uint8Array): string {
  try {
    parsePlaylist(bytes, context);
    return 'accepted';
  } catch (error) {
    if (error instanceof FlantsError) return error.code;
    throw error;
  }
}

describe.skipIf(!isThere)(
  `${playlists.length} playlists that others wrote (none where ../shared/corpus is absent)`,
  () => {
    test('come back byte for byte', () => {
      const isWhole = (bytes: Buffer, encoding: 'latin1' | 'utf8'): boolean =>
        Buffer.from(joinTokens(tokenize(bytes.toString(encoding))), encoding).equals(bytes);
      const lost = playlists.filter(({ bytes }) => !isWhole(bytes, 'latin1') || !isWhole(bytes, 'utf8'));
      expect(lost.map(({ name }) => name)).toEqual([]);
    });

    test('are read, or refused for a reason', () => {
      const codes: Record<string, number> = {};
      for (const { bytes } of playlists) {
        const code = verdictOn(bytes);
        codes[code] = (codes[code] ?? 0) + 1;
      }
      console.log(`read ${playlists.length} playlists that others wrote: ${JSON.stringify(codes)}`);
      expect(codes['accepted']).toBeGreaterThan(0);
      expect(codes['internal']).toBeUndefined();
    });

    test.each(Object.entries(oracles))('name every URI that %s finds in them', (oracleName, oracle) => {
      let compared = 0;
      let uris = 0;
      const lost: string[] = [];
      for (const { name, bytes } of playlists) {
        const text = bytes.toString('utf8');
        // hls-parser does not put values in the place of variables.
        const known = text.includes('{$') && oracleName === 'hls-parser' ? undefined : oracle(text);
        // What is imported stands in another playlist, which neither has.
        if (!known || text.includes('#EXT-X-DEFINE:IMPORT')) continue;
        const account = accountOf(text);
        compared++;
        uris += known.size;
        lost.push(...[...known].filter((uri) => !account.has(uri)).map((uri) => `${uri} of ${name}`));
      }
      console.log(`${oracleName} read ${compared} of ${playlists.length} playlists and found ${uris} URIs`);
      expect(lost).toEqual([]);
      expect(compared).toBeGreaterThan(playlists.length / 3);
    });
  },
);
