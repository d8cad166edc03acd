import { noObjects, sumOfTallies } from '../../domain/cost/object-sizes.ts';
import type { ObjectTally } from '../../domain/cost/object-sizes.ts';
import { createSample } from '../../domain/cost/sampling.ts';
import type { Sample } from '../../domain/cost/sampling.ts';
import type { VideoId } from '../../domain/video.ts';

/** An object to be copied whose size may be asked for. */
export interface Candidate {
  readonly video: VideoId;
  readonly key: string;
  /** With its token. */
  readonly url: string;
  /** For the URL, as a session of the source was given it. */
  readonly cookie?: string;
  /** The end of the furthest byte range that names it, or 0. */
  readonly atLeastBytes: number;
}

/** Objects whose sizes are alike. */
export interface Group {
  readonly host: string;
  readonly sample: Sample<Candidate>;
  /** Videos without any are not in it. */
  readonly perVideo: Map<VideoId, ObjectTally>;
}

/** What objects of one group have in common. */
export interface Kind {
  readonly host: string;
  /** Their role and extension. */
  readonly name: string;
  /** The folder that they are in: often that of a rendition, the same in each video. */
  readonly folder: string;
}

/** All groups, as objects come. */
export interface Groups {
  of(kind: Kind): Group;
  all(): readonly Group[];
}

/** With more, folders are those of videos and not of renditions: then they make no groups. */
const maxFolders = 12;

/** @param sampleFiles - most candidates to keep of each group */
export function createGroups(sampleFiles: number): Groups {
  const kinds = new Map<string, Map<string, Group>>();
  const newGroup = (host: string): Group => ({ host, sample: createSample(sampleFiles), perVideo: new Map() });
  return {
    of({ host, name, folder }) {
      const id = `${host} ${name}`;
      const folders = kinds.get(id) ?? new Map<string, Group>();
      kinds.set(id, folders);
      const known = folders.get(folder) ?? folders.get(anyFolder);
      if (known) return known;
      const added = newGroup(host);
      if (folders.size < maxFolders) {
        folders.set(folder, added);
        return added;
      }
      for (const group of folders.values()) absorb(added, group);
      folders.clear();
      folders.set(anyFolder, added);
      return added;
    },
    all: () => [...kinds.values()].flatMap((folders) => [...folders.values()]),
  };
}

/** No folder has this name. */
const anyFolder = '/';

function absorb(group: Group, other: Group): void {
  group.sample.absorb(other.sample);
  for (const [video, tally] of other.perVideo)
    group.perVideo.set(video, sumOfTallies(group.perVideo.get(video) ?? noObjects, tally));
}
