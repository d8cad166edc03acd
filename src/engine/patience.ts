import { countOf } from '../domain/index-ranges.ts';
import { isStalledLeaseId } from '../domain/waiting/patience.ts';
import type { Patience, StalledWork } from '../domain/waiting/patience.ts';
import { minute, second } from '../domain/units.ts';
import type { VideoId } from '../domain/video.ts';
import type { Ledger, Lease } from '../ledger/ledger.ts';

/** Work that waits for a source or destination that is down. */
export interface Waiting {
  /** For people: hosts, or the destination. */
  readonly places: readonly string[];
  readonly files: number;
  /** Videos that wait as a whole, to be crawled or published. */
  readonly videos: number;
  /** How long it waits at the most, from when nothing else is left to do. */
  readonly patienceMs: number;
  /** Nothing else is left to do, so that the time runs. */
  readonly isAllThatIsLeft: boolean;
}

/** What has to rest before the time runs. */
export interface PatienceScope {
  readonly name: string;
  /** Undefined while more may come. */
  readonly videos: Iterable<VideoId> | undefined;
  /** That is all that this process has to do. */
  readonly isAll: boolean;
  /** No crawl begins until some of the batches that wait have left their queue. */
  readonly crawlsWait?: boolean;
}

/** Ports and settings of a patience. */
export interface PatiencePorts {
  readonly patienceMs: number;
  readonly ledger: Pick<Ledger, 'leases'>;
  readonly scopeOf: (work: Pick<StalledWork, 'video' | 'generation'>) => PatienceScope;
  /** Called when the first work waits for a place, and when the time begins to run; seldom for the same places. */
  readonly onWaiting: (waiting: Waiting, video: VideoId) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A patience that can be asked without a job at hand. */
export interface WatchedPatience extends Patience {
  /** Whether nothing but work that waits is left in a scope in which some was seen, and has waited long enough. */
  isOver(scope: Pick<PatienceScope, 'name' | 'videos' | 'crawlsWait'>): Promise<boolean>;
}

interface Scope {
  /** Since when nothing but work that waits is left. */
  since?: number | undefined;
  /** The time runs, and nobody was told of it yet. */
  isQuiet?: boolean;
  /** Until when places have asked to be left alone, each the first time. The time does not run before. */
  restsUntil: number;
  /** What work has been seen to wait for. */
  readonly places: Set<string>;
  /** When what was said last. */
  readonly said: Map<string, number>;
  /** When files were last copied from or to places. What began to wait for them before has new patience. */
  readonly answeredAt: Map<string, number>;
  /** Places that have used up their patience: what comes to wait for them fails at once. */
  readonly givenUp: Set<string>;
  /** What the latest look at all its leases has found, and until when nobody looks again. */
  look?: { readonly found: Stalled | undefined; readonly untilMs: number } | undefined;
}

/** A look at thousands of videos takes long, and each of them asks for one: all looks together take a part of the time. */
const restPerLook = 20;

/** Nobody is told of a place that wants to be left alone for less, until it has been waited for so long. */
const notableMs = 5 * second;

/** A store that takes some requests and refuses others is waited for again and again. */
const sayAgainMs = minute;

/** Scopes to remember. The oldest are forgotten, and get new patience. */
const maxScopes = 10_000;

/**
 * Creates a patience. The time of a scope runs while all that its videos have under way waits, once the places that
 * asked to be left alone for a while have been. Later wishes of theirs do not prolong it: a file whose host never says
 * anything else would wait for ever. When it is over, the places that are waited for are given up until a file is copied
 * from or to there: work that follows, such as the rest of a large video, does not wait for them again.
 */
export function createPatience({ patienceMs, ledger, scopeOf, onWaiting, now }: PatiencePorts): WatchedPatience {
  const scopes = new Map<string, Scope>();
  const open = (name: string): Scope => {
    const scope = scopes.get(name) ?? {
      restsUntil: 0,
      places: new Set(),
      answeredAt: new Map(),
      said: new Map(),
      givenUp: new Set(),
    };
    scopes.set(name, scope);
    const [oldest] = scopes.keys();
    if (scopes.size > maxScopes && oldest !== undefined) scopes.delete(oldest);
    return scope;
  };
  const say = ({ said }: Scope, waiting: Waiting, video: VideoId): void => {
    const what = `${waiting.isAllThatIsLeft} ${waiting.places.join()}`;
    if (now() - (said.get(what) ?? -Infinity) < sayAgainMs) return;
    said.set(what, now());
    onWaiting(waiting, video);
  };
  const startTime = (scope: Scope, stalled: Stalled, { since, video, isBrief }: Circumstances): number => {
    const isNew = scope.since === undefined && since === undefined;
    scope.since = Math.min(scope.since ?? Infinity, since ?? now());
    const start = Math.max(scope.since, scope.restsUntil);
    if (isNew || scope.isQuiet) {
      scope.isQuiet = isBrief && now() - scope.since < notableMs;
      const waiting = { ...stalled, places: [...scope.places], patienceMs: Math.max(0, start + patienceMs - now()) };
      if (!scope.isQuiet) say(scope, { ...waiting, isAllThatIsLeft: true }, video);
    }
    return start;
  };
  const look = async (scope: Scope, within: Leases, work?: StalledWork): Promise<Stalled | undefined> => {
    const startedAt = now();
    if (scope.look && startedAt < scope.look.untilMs) return scope.look.found;
    const found = await allStalled(within, ledger, work);
    const endedAt = now();
    scope.look = { found, untilMs: endedAt + restPerLook * (endedAt - startedAt) };
    return found;
  };
  return {
    async left(work) {
      const { isAll, ...within } = scopeOf(work);
      const { name, videos } = within;
      const scope = open(name);
      const { places, files, video, askedForMs = 0 } = work;
      const hasAnswered = (place: string): boolean =>
        (scope.answeredAt.get(place) ?? -Infinity) >= (work.since ?? Infinity);
      const since = places.some((place) => !hasAnswered(place)) ? work.since : undefined;
      if (places.length > 0 && places.every((place) => scope.givenUp.has(place)))
        return { leftMs: 0, since: now(), isAll };
      const isNew = places.some((place) => !scope.places.has(place));
      const isBrief = askedForMs > 0 && askedForMs < notableMs;
      for (const place of places) scope.places.add(place);
      if (isNew && since === undefined) scope.restsUntil = Math.max(scope.restsUntil, now() + askedForMs);
      const stalled = work.hasCompany === true || !videos ? undefined : await look(scope, within, work);
      if (!stalled) {
        scope.since = undefined;
        const waiting = { places, files, videos: files === 0 ? 1 : 0, patienceMs, isAllThatIsLeft: false };
        if (isNew && !isBrief) say(scope, waiting, video);
        return undefined;
      }
      const start = startTime(scope, stalled, { since, video, isBrief });
      const leftMs = Math.max(0, start + patienceMs - now());
      if (leftMs === 0) for (const place of places) scope.givenUp.add(place);
      return { leftMs, since: start, isAll };
    },
    answered(work, places) {
      const scope = scopes.get(scopeOf(work).name);
      if (!scope) return;
      scope.since = undefined;
      scope.look = undefined;
      for (const place of places()) {
        scope.answeredAt.set(place, now());
        scope.givenUp.delete(place);
        scope.places.delete(place);
      }
    },
    async isOver(within) {
      const scope = scopes.get(within.name);
      const stalled = scope && within.videos && scope.places.size > 0 ? await look(scope, within) : undefined;
      if (!scope || !stalled) return false;
      const isOver = now() >= startTime(scope, stalled, { video: '', isBrief: scope.isQuiet === true }) + patienceMs;
      if (isOver) for (const place of scope.places) scope.givenUp.add(place);
      return isOver;
    },
  };
}

/** In which the time begins to run, or goes on. */
interface Circumstances extends Pick<StalledWork, 'since' | 'video'> {
  /** The places have asked to be left alone for a moment only. */
  readonly isBrief: boolean;
}

/** Whose leases are looked at. */
type Leases = Pick<PatienceScope, 'videos' | 'crawlsWait'>;

interface Stalled {
  readonly files: number;
  readonly videos: number;
}

/** Counts what waits in these videos, this job included. Undefined if something else is under way. */
async function allStalled(
  { videos = [], crawlsWait = false }: Leases,
  ledger: Pick<Ledger, 'leases'>,
  work?: StalledWork,
): Promise<Stalled | undefined> {
  const counts = work ? { files: work.files, videos: work.files === 0 ? 1 : 0 } : { files: 0, videos: 0 };
  for (const video of videos) {
    const leases = await ledger.leases(video);
    const others = leases.filter(({ id }) => id !== work?.lease);
    // A video in progress without any lease is between two steps.
    const waits = ({ id, kind }: Lease): boolean => isStalledLeaseId(id) || (crawlsWait && kind === 'crawl');
    if (leases.length === 0 || !others.every(waits)) return undefined;
    for (const lease of others) if (isStalledLeaseId(lease.id)) count(lease, counts);
  }
  return counts;
}

function count({ kind, files }: Lease, counts: { files: number; videos: number }): void {
  if (kind === 'batch') counts.files += countOf(files);
  else counts.videos += 1;
}
