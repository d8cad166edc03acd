import { FlantsError } from '../../src/domain/failure.ts';
import type { FetchedText } from '../../src/hls/fetch-document.ts';
import { walkPresentation } from '../../src/hls/walk.ts';
import type { WalkOptions } from '../../src/hls/walk.ts';
import type { Presentation } from '../../src/hls/presentation.ts';

/** A text, bytes, or another address. */
export type Page = string | Uint8Array | { readonly redirect: string };

/** A web site in a record: addresses, as they are asked for, and what stands there. */
export function site(pages: Readonly<Record<string, Page>>): { fetch: WalkOptions['fetch']; requests: string[] } {
  const requests: string[] = [];
  const answer = (url: string): FetchedText => {
    const page = pages[url];
    if (page === undefined) throw new FlantsError('source.not-found', `${url} is not there`, { status: 404 });
    if (typeof page === 'object' && 'redirect' in page) return answer(page.redirect);
    const bytes = typeof page === 'string' ? Buffer.from(page) : page;
    return { finalUrl: url, bytes, validators: { etag: `"${bytes.byteLength}"` } };
  };
  return {
    requests,
    fetch: async (url) => {
      requests.push(url);
      return answer(url);
    },
  };
}

export const roomyLimits: WalkOptions['limits'] = {
  maxPlaylists: 100,
  maxPlaylistBytes: 1_000_000,
  maxBytes: 10_000_000,
  maxDepth: 4,
  maxFiles: 1000,
};

/** Walks a site from one of its pages. */
export function walkSite(
  root: string,
  pages: Readonly<Record<string, Page>>,
  options: Partial<WalkOptions> = {},
): Promise<Presentation> {
  return walkPresentation(root, {
    fetch: site(pages).fetch,
    limits: roomyLimits,
    signal: new AbortController().signal,
    ...options,
  });
}

/** A media playlist that has ended. */
export function mediaPlaylist(...lines: readonly string[]): string {
  return ['#EXTM3U', '#EXT-X-TARGETDURATION:6', ...lines, '#EXT-X-ENDLIST', ''].join('\n');
}

/** A media playlist of segments. */
export function segments(...uris: readonly string[]): string {
  return mediaPlaylist(...uris.flatMap((uri) => ['#EXTINF:6,', uri]));
}

/** A multivariant playlist with a variant for each URI. */
export function variants(...uris: readonly string[]): string {
  return ['#EXTM3U', ...uris.flatMap((uri) => ['#EXT-X-STREAM-INF:BANDWIDTH=1000', uri]), ''].join('\n');
}
