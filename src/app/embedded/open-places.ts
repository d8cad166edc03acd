import type { Cdn } from '../../cdn/cdn.ts';
import type { CopyOptions } from '../../config/copy-options.ts';
import { withoutSecrets } from '../../config/values/location.ts';
import { resolveKeyRules } from '../../engine/key-rules.ts';
import type { Source } from '../../storage/source.ts';
import type { SourceSpec } from '../connect.ts';
import { destinationOf, saveDestination } from '../destination-setting.ts';
import { openLimits, requestsTo } from '../limits.ts';
import type { ProcessLimits } from '../limits.ts';
import { surveySources } from '../open/catalogue.ts';
import type { Survey } from '../open/catalogue.ts';
import { openCdn } from '../open/cdn.ts';
import { openDestination } from '../open/destination.ts';
import type { OpenDestination } from '../open/destination.ts';
import { openSource } from '../open/source.ts';
import { saveSourceStore } from '../source-setting.ts';
import { sourceSpecOf } from '../source-spec.ts';
import { emit } from './emit.ts';
import type { CopyHooks } from './emit.ts';
import type { CopyContext, RunState } from './report-run.ts';

/** Closes one thing that was opened for a run. */
export type Closer = () => unknown;

/** Both ends of a copy, open, and what is known of them. */
export interface OpenPlaces {
  readonly context: CopyContext;
  readonly survey: Survey;
  readonly limits: ProcessLimits;
  readonly source: Source;
  readonly sourceSpec: SourceSpec;
  readonly destination: OpenDestination;
  readonly cdn: Cdn | undefined;
}

/**
 * Opens source, destination and CDN of a run, and saves in its state where they are.
 *
 * @param closers - gets what closes each, also when a later one cannot be opened
 */
export async function openPlaces(
  options: CopyOptions,
  hooks: CopyHooks,
  state: RunState,
  closers: Closer[],
): Promise<OpenPlaces> {
  const { journal } = state;
  const survey = await surveySources(options, AbortSignal.any([hooks.drain, hooks.signal]));
  const limits = openLimits(options.limits);
  closers.push(() => limits.stop());
  // Options that contradict the library are refused before anything is written to its destination.
  await resolveKeyRules(journal, options, survey.firstUrls);
  const sourceSpec = { ...(await sourceSpecOf(options, survey)), limits: limits.source };
  const source = openSource(sourceSpec);
  closers.push(() => source.close());

  const setting = await destinationOf(options);
  const access = { ...options, ...requestsTo(limits), signal: hooks.signal };
  const destination = await openDestination(setting, access);
  closers.push(() => destination.store.close());
  const cdn = await openCdn(setting, options, hooks);
  if (cdn) closers.push(() => cdn.close());
  const { emptySegments: keepsEmptySegments } = destination.capabilities;
  const keyRules = await resolveKeyRules(journal, options, survey.firstUrls, { keepsEmptySegments });
  await saveDestination(journal, setting, '--state');
  await saveSourceStore(journal, sourceSpec);
  emit(hooks, {
    type: 'started',
    sources: options.sources.map(nameOf),
    destination: setting.name,
    stateDir: options.stateDir,
  });
  return { context: { options, hooks, state, keyRules }, survey, limits, source, sourceSpec, destination, cdn };
}

function nameOf(source: CopyOptions['sources'][number]): string {
  if (source.kind === 'stdin') return 'standard input';
  if (source.kind === 'api') return source.name;
  return source.kind === 'catalogue' ? (source.name ?? source.path) : withoutSecrets(source.url);
}
