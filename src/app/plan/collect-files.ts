import { factsOf, noObjects, withObject } from '../../domain/cost/object-sizes.ts';
import { createRankSet } from '../../domain/cost/rank-set.ts';
import { rankOf } from '../../domain/cost/sampling.ts';
import { writeLimits } from '../../transfer/write-limits.ts';
import type { Look } from '../embedded/look-at-video.ts';
import { createGroups } from './groups.ts';
import type { Group } from './groups.ts';

/** The objects of all videos that were looked at. */
export interface FileCollection {
  readonly groups: readonly Group[];
  /** Objects by the first two folders of their keys. */
  readonly folders: ReadonlyMap<string, number>;
}

/** Folders beyond these are counted together. */
const maxFolders = 10_000;
const otherFolders = '…';

/** Takes in the files that are left to copy of video after video, each object once. */
export interface FileCollector {
  /** @returns how many objects of the video no other one had before */
  add(look: Look): number;
  collection(): FileCollection;
}

/** @param sampleFiles - sizes that may be asked for in all, which bounds what is kept of each group */
export function collectFiles(seed: string, sampleFiles: number): FileCollector {
  const seen = createRankSet();
  const groups = createGroups(sampleFiles);
  const folders = new Map<string, number>();
  const countFolder = (path: readonly string[]): void => {
    const folder = path.slice(0, 2).join('/');
    const known = folders.has(folder) || folders.size < maxFolders ? folder : otherFolders;
    folders.set(known, (folders.get(known) ?? 0) + 1);
  };
  return {
    add({ report, plan }) {
      if (!plan || report.state === 'published') return 0;
      const { revision, grants, copied, accepted } = plan;
      const { id } = report;
      let objects = 0;
      for (const [index, { key, url, role, minSizeBytes = 0 }] of revision.files.entries()) {
        if (copied.has(index) || accepted.has(index)) continue;
        const rank = rankOf(seed, key);
        if (!seen.add(rank)) continue;
        objects += 1;
        const path = key.split('/').slice(0, -1);
        countFolder(path);
        const name = `${role} ${/\.[a-z0-9]{1,8}$/i.exec(key)?.[0].toLowerCase() ?? ''}`;
        const group = groups.of({ host: new URL(url).host, name, folder: path.at(-1) ?? '' });
        group.sample.offer(rank, () => {
          const fetchUrl = grants.fetchUrls.of(index, url);
          const cookie = grants.cookieFor?.(fetchUrl);
          const atLeastBytes = minSizeBytes;
          return { video: id, key, url: fetchUrl, atLeastBytes, ...(cookie === undefined ? {} : { cookie }) };
        });
        const tally = group.perVideo.get(id) ?? noObjects;
        group.perVideo.set(id, withObject(tally, factsOf(minSizeBytes, writeLimits)));
      }
      return objects;
    },
    collection: () => ({ groups: groups.all(), folders }),
  };
}
