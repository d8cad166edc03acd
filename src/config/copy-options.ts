import type { HeaderPolicy } from '../domain/object-headers.ts';
import { FlantsError } from '../domain/failure.ts';
import { readCdnOptions } from './cdn-options.ts';
import type { CdnOptions } from './cdn-options.ts';
import { apiSourcesOf } from './api-options.ts';
import { readHeaderPolicy } from './header-policy.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { usualCopyThreads } from './values/concurrency.ts';
import type { SideFileField } from './values/side-files.ts';
import { rateLimitsOf } from './values/rate-limits.ts';
import type { RateLimits } from './values/rate-limits.ts';
import { selectionOf } from './values/selection.ts';
import type { VideoSelection } from '../domain/video-selection.ts';
import { localPath, parseDestination, parseSource } from './values/location.ts';
import type { Destination, SourceArgument } from './values/location.ts';
import { assertNoStrayAddress, readDashboardOptions } from './dashboard-options.ts';
import type { DashboardOptions } from './dashboard-options.ts';
import { readNetworkOptions } from './network-options.ts';
import type { NetworkOptions } from './network-options.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import { assertParent } from './values/paths.ts';
import {
  assertDestinationFolder,
  assertStateOutside,
  assertSourceReadable,
  assertSourceRoot,
  folderUrl,
  splitArguments,
} from './values/path-checks.ts';
import { readSpendingOptions } from './spending-options.ts';
import type { SpendingOptions } from './spending-options.ts';
import { stateDirOf } from './values/state-dir.ts';
import { readLambdaOptions } from './lambda-options.ts';
import type { LambdaOptions } from './lambda-options.ts';
import { keyNameOptions } from './key-rule-options.ts';
import type { KeyNameOptions } from './key-rule-options.ts';

type Parsed = ParsedOptions<'copy'>;
type Unchanged =
  | 'limit'
  | 'existing'
  | 'recheck'
  | 'sha256'
  | 'external'
  | 'assumeEnded'
  | 'dryRun'
  | 'json'
  | 'progress'
  | 'verbose'
  | 'logLevel';

/** Options of `copy`, checked and frozen. Paths are absolute. */
export interface CopyOptions extends NetworkOptions, KeyNameOptions, Readonly<Pick<Parsed, Unchanged>> {
  /** At least one. */
  readonly sources: readonly SourceArgument[];
  readonly destination: Destination;
  /** Absent: the usual headers. */
  readonly headerPolicy?: HeaderPolicy;
  /** Absent: no CDN is told of what is replaced. */
  readonly cdn?: CdnOptions;
  /** Only these videos. Empty: all. */
  readonly ids: readonly string[];
  readonly selection: VideoSelection;
  /** Fields of a catalogue's rows that name files beside the playlists. */
  readonly sideFiles: readonly SideFileField[];
  readonly threads: number;
  /** Files in flight at the most. Absent: nobody said. */
  readonly concurrency?: number;
  /** Absent: files are copied on threads. */
  readonly lambda?: LambdaOptions;
  /** How long a run waits for a source or destination that is down, once nothing else is left to do. */
  readonly patienceMs: number;
  readonly limits: RateLimits;
  /** `file:` URL, with a final slash, of the folder that keys of local files are relative to. */
  readonly rootUrl?: string;
  readonly stateDir: string;
  /** Absent: nobody wants to know what the run spends. */
  readonly spending?: SpendingOptions;
  /** Absent: no page. */
  readonly dashboard?: DashboardOptions;
  /** File to write the report to at the end. */
  readonly reportPath?: string;
}

/**
 * Loads the options of `copy`.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadCopyOptions(input: CommandInput): Promise<CopyOptions> {
  const { environment, cwd } = input;
  const parsed = await mergeInput('copy', input);
  assertNoStrayAddress(parsed, input.words);
  const hasCatalogue = parsed.catalogueUrl !== undefined;
  const { sourceTexts, destinationText } = splitArguments('copy', input.words, { hasCatalogue });
  const network = await readNetworkOptions(parsed, cwd);
  const named = sourceTexts.map((text) => parseSource(text, cwd));
  const sources = [...named, ...(await apiSourcesOf(parsed, network, cwd))];
  if (sources.filter(({ kind }) => kind === 'stdin').length > 1)
    throw new FlantsError('usage', 'standard input (-) can be read once only: name it once');
  const destination = parseDestination(destinationText, cwd);
  const lambda = await readLambdaOptions(parsed, { destination, cwd });
  const root = parsed.root === undefined ? undefined : localPath(parsed.root, cwd);
  const stateDir =
    parsed.state === undefined ? stateDirOf(destination, parsed.endpoint, environment) : localPath(parsed.state, cwd);

  await Promise.all(sources.map((source, index) => assertSourceReadable(source, sourceTexts[index] ?? '')));
  const reportPath = parsed.report === undefined ? undefined : localPath(parsed.report, cwd);
  if (reportPath !== undefined) await assertParent(reportPath, '--report');
  if (root !== undefined) await assertSourceRoot(root, sources);
  if (destination.kind === 'folder') {
    await assertDestinationFolder(destination.path, { sources, root });
    await assertStateOutside(stateDir, '--state', destination.path);
  }

  assertBudgetLeads(parsed);
  const spending = await readSpendingOptions(parsed, { destination, cwd });
  const dashboard = await readDashboardOptions(parsed, cwd);

  const {
    limit,
    existing,
    recheck,
    sha256,
    external,
    assumeEnded,
    dryRun,
    concurrency,
    json,
    progress,
    verbose,
    logLevel,
  } = parsed;
  return Object.freeze({
    ...network,
    sources: Object.freeze(sources),
    destination: Object.freeze(destination),
    ids: Object.freeze(parsed.ids),
    ...(limit === undefined ? {} : { limit }),
    selection: selectionOf(parsed),
    sideFiles: Object.freeze(parsed.sideFiles),
    existing,
    recheck,
    sha256,
    external,
    assumeEnded,
    ...(await readHeaderPolicy(parsed.headerPolicy, cwd)),
    ...readCdnOptions(parsed),
    dryRun,
    ...(concurrency === undefined ? {} : { concurrency }),
    threads: parsed.threads ?? usualCopyThreads(),
    ...(lambda ? { lambda } : {}),
    patienceMs: parsed.patience,
    limits: rateLimitsOf(parsed),
    ...(root === undefined ? {} : { rootUrl: folderUrl(root) }),
    ...keyNameOptions(parsed),
    stateDir,
    ...(spending === undefined ? {} : { spending }),
    ...(dashboard === undefined ? {} : { dashboard }),
    ...(reportPath === undefined ? {} : { reportPath }),
    json,
    progress,
    verbose,
    logLevel,
  });
}

/** A run that begins with the first file again, and writes it again, spends the same budget on the same files each time. */
function assertBudgetLeads({ budget, recheck, existing }: ParsedOptions<'copy'>): void {
  if (Object.keys(budget).length === 0 || !recheck || existing !== 'overwrite') return;
  throw new FlantsError(
    'usage',
    '--budget with --recheck and --existing overwrite would copy the first files again in each run: leave out --recheck',
  );
}
