import { FetchUrls } from '../crawler/fetch-urls.ts';
import type { Grants } from '../crawler/plan-video.ts';
import { wantsGrants } from '../domain/revision.ts';
import type { RevisionDigest, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { LoadOptions, Locator, PlanUrls } from '../storage/locator.ts';
import type { GrantCache, KnownGrants } from './grant-cache.ts';

/** Crawls a video again for fresh tokens and cookies. Returns the digest of its plan, and the URLs by file. */
export type Replan = (video: VideoId, options: ReplanOptions) => Promise<Grants & { readonly digest: RevisionDigest }>;

/** How to crawl it. `insists` as of `FetchOptions`. */
export type ReplanOptions = Pick<LoadOptions, 'insists' | 'signal'>;

/** Ports of a token locator. */
export interface TokenLocatorPorts {
  readonly replan: Replan;
  readonly journal: Pick<Journal, 'revision'>;
  readonly grants: GrantCache;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Resolves files to URLs with valid tokens and cookies.
 *
 * | known for this plan                    | it wants grants     | result                       |
 * |----------------------------------------|---------------------|------------------------------|
 * | URLs that were read after `expiredAt`    |                     | these URLs                   |
 * | none, and none have expired            | no                  | the URLs of the plan         |
 * | anything else                          |                     | its playlists are read again |
 */
export function createTokenLocator({ replan, journal, grants, now }: TokenLocatorPorts): Locator {
  const keep = (video: VideoId, known: KnownGrants): PlanUrls => {
    grants.put(video, known);
    return urlsOf(known);
  };
  return {
    async load(video, revision, { expiredAt, ...options }) {
      const known = grants.get(video);
      const isGood = known?.revision === revision && (expiredAt === undefined || known.readAt > expiredAt);
      if (isGood) return urlsOf(known);
      const header = expiredAt === undefined ? await journal.revision(video, revision) : undefined;
      if (expiredAt === undefined && !(header && wantsGrants(header))) {
        return keep(video, { revision, fetchUrls: new FetchUrls(), readAt: 0 });
      }
      // Clocks of processes differ. What is read now is newer than what expired, whatever the other clock said.
      const readAt = Math.max(now(), (expiredAt ?? 0) + 1);
      const { digest, ...read } = await replan(video, options);
      return digest === revision ? keep(video, { revision, ...read, readAt }) : undefined;
    },
  };
}

function urlsOf({ readAt, fetchUrls, cookieFor = () => undefined }: KnownGrants): PlanUrls {
  return { readAt, locate: (index, url) => fetchUrls.of(index, url), cookieFor };
}
