import { existsSync } from 'node:fs';
import type { CommandInput } from '../config/input/command-input.ts';
import { loadCopyOptions } from '../config/copy-options.ts';
import type { CopyOptions } from '../config/copy-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { RunEvent } from '../domain/progress/event.ts';
import type { Failure } from '../domain/failure.ts';
import { failureOf } from '../domain/failure.ts';
import type { LibraryReport } from '../domain/report/copy.ts';
import { second } from '../domain/units.ts';
import type { CommandContext, Verb } from './context.ts';
import { writeToFile } from './output.ts';
import { openProgressDisplay } from './progress-display.ts';
import type { ProgressDisplay } from './progress-display.ts';
import { renderFailure } from './render/error.ts';
import { renderSummary } from './render/report.ts';
import type { SummaryContext } from './render/report.ts';
import { resumeCommand } from './shell-quote.ts';
import { onStopSignals } from './signals.ts';
import { stateArguments } from './state-arguments.ts';
import { readVersion } from './version.ts';

/** How long an aborted run may take to clean up before the process is ended. */
const abortGraceMs = 5 * second;

/** `flants copy` */
export const copy: Verb = async (input, context) => {
  const options = await loadCopyOptions(input);
  const { copyLibrary } = await import('../app/embedded/copy-library.ts');
  const { stdout, stderr } = context;
  const display = options.json
    ? jsonLines(stdout)
    : await openDisplay(options, context, input.environment.dumbTerminal);
  const resume = resumeCommand(context.argv);
  const { drain, stop, dispose } = listenForStop((text) =>
    options.json ? stderr.write(`${text}\n`) : display.notice(text),
  );
  let halted: Failure | undefined;
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'finished') halted = event.halted;
    display.event(event);
  };
  try {
    const { exitCode, report } = await copyLibrary(options, {
      version: readVersion(),
      onEvent,
      drain: drain.signal,
      signal: stop.signal,
    });
    display.close();
    if (!options.json) stdout.write(renderSummary(report, summaryContext(options, input)));
    const saved = await saveReport(options, report, stderr);
    if (halted) stderr.write(`${[...renderFailure(halted, 'copy'), `  then continue with: ${resume}`].join('\n')}\n`);
    if (exitCode === exitCodes.budget) stderr.write(`the budget is spent; go on with: ${resume}\n`);
    const unfinished = exitCode !== exitCodes.whole && exitCode !== exitCodes.warnings;
    if (!drain.signal.aborted || !unfinished) return saved || unfinished ? exitCode : exitCodes.failed;
    stderr.write(`go on with: ${resume}\n`);
    return exitCodes.interrupted;
  } catch (error) {
    if (stop.signal.aborted && failureOf(error).code === 'aborted') return exitCodes.interrupted;
    throw error;
  } finally {
    display.close();
    dispose();
  }
};

/** A dry run of a new library has no state to name. */
function summaryContext(options: CopyOptions, { environment }: CommandInput): SummaryContext {
  const { dryRun, stateDir } = options;
  const hasState = !dryRun || existsSync(stateDir);
  return { dryRun, stateArguments: stateArguments(options, environment), ...(hasState ? { stateDir } : {}) };
}

/** Writes the report. Returns false if that fails, and does not throw, since the copy itself is unaffected. */
async function saveReport(
  { reportPath }: CopyOptions,
  report: LibraryReport,
  stderr: NodeJS.WriteStream,
): Promise<boolean> {
  if (reportPath === undefined) return true;
  try {
    await writeToFile(reportPath, '--report', (write) => write(JSON.stringify(report, null, 2)));
    return true;
  } catch (error) {
    stderr.write(`${renderFailure(failureOf(error), 'copy').join('\n')}\n`);
    return false;
  }
}

/** Opens a live display on a terminal that supports it, and plain lines otherwise. */
async function openDisplay(
  options: CopyOptions,
  { stderr }: CommandContext,
  dumbTerminal: boolean,
): Promise<ProgressDisplay> {
  const live = options.progress && stderr.isTTY && !dumbTerminal;
  const { logLevel: level, progress, verbose } = options;
  return await openProgressDisplay({ stream: stderr, level, live, progress, verbose });
}

/** Writes one JSON value per event, and nothing else. */
function jsonLines(stdout: NodeJS.WriteStream): ProgressDisplay {
  return {
    event: (event) => {
      if (stdout.writable) stdout.write(`${JSON.stringify(event)}\n`);
    },
    notice: () => {},
    close: () => {},
  };
}

interface StopSignals {
  readonly drain: AbortController;
  readonly stop: AbortController;
  readonly dispose: () => void;
}

function listenForStop(notify: (text: string) => void): StopSignals {
  const [drain, stop] = [new AbortController(), new AbortController()];
  const end = (): void => process.exit(exitCodes.interrupted);
  const dispose = onStopSignals(
    {
      onDrain: () => {
        notify('finishing the files in flight; press again to stop now');
        drain.abort();
      },
      onStop: () => {
        notify('stopping now');
        stop.abort();
        setTimeout(end, abortGraceMs).unref();
      },
    },
    end,
  );
  return { drain, stop, dispose };
}
