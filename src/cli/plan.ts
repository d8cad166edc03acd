import { loadPlanOptions } from '../config/plan-options.ts';
import type { PlanOptions } from '../config/plan-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { second } from '../domain/units.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { PlanProgress } from '../app/plan/plan-library.ts';
import type { CommandContext, Verb } from './context.ts';
import { failureText } from './event-lines.ts';
import { formatCounted } from '../domain/report/amount-text.ts';
import { renderPlan } from './render/plan.ts';
import { resumeCommand } from './shell-quote.ts';
import { onStopSignals } from './signals.ts';

const plainIntervalMs = 10 * second;
const liveIntervalMs = second / 4;

/** `flants plan` */
export const plan: Verb = async (input, context) => {
  const options = await loadPlanOptions(input);
  const { planLibrary } = await import('../app/plan/plan-library.ts');
  const { stdout, stderr } = context;
  const drain = new AbortController();
  const stop = new AbortController();
  const end = (): void => process.exit(exitCodes.interrupted);
  const display = await openDisplay(options, context, input.environment.dumbTerminal);
  const dispose = onStopSignals(
    {
      onDrain: () => {
        display.notice('telling what is known by now; press again to stop at once');
        drain.abort();
      },
      onStop: () => stop.abort(),
    },
    end,
  );
  try {
    const { exitCode, report } = await planLibrary(options, {
      onProgress: display.progress,
      onNotice: display.notice,
      onWarning: display.warn,
      onRefused: (failure, id) => display.warn(`refused${id === undefined ? '' : ` (${id})`}: ${failureText(failure)}`),
      drain: drain.signal,
      signal: stop.signal,
    });
    display.close();
    stdout.write(options.json ? `${JSON.stringify(report)}\n` : renderPlan(report));
    if (report.interrupted) stderr.write(`the whole of it: ${resumeCommand(context.argv)}\n`);
    return exitCode;
  } finally {
    display.close();
    dispose();
  }
};

/** What is shown on standard error meanwhile. */
interface PlanDisplay {
  readonly progress: (progress: PlanProgress) => void;
  readonly warn: (text: string) => void;
  readonly notice: (text: string) => void;
  readonly close: () => void;
}

/** One line that is drawn again on a terminal, and a line now and again elsewhere. */
async function openDisplay(
  { progress, logLevel }: PlanOptions,
  { stderr }: CommandContext,
  dumbTerminal: boolean,
): Promise<PlanDisplay> {
  const isLive = progress && stderr.isTTY && !dumbTerminal;
  const drawing = isLive ? (await import('log-update')).createLogUpdate(stderr) : undefined;
  let shown = '';
  const draw = (): void => drawing?.(shown);
  const write = (line: string): void => {
    drawing?.clear();
    stderr.write(`${line}\n`);
    draw();
  };
  const logger = createLogger(logLevel, write);
  let nextAt = performance.now() + (isLive ? 0 : plainIntervalMs);
  let closed = false;
  return {
    progress: (state) => {
      if (!progress || performance.now() < nextAt) return;
      nextAt = performance.now() + (isLive ? liveIntervalMs : plainIntervalMs);
      shown = progressText(state);
      if (drawing) draw();
      else write(shown);
    },
    warn: (text) => logger.warn(text),
    notice: write,
    close: () => {
      if (closed) return;
      closed = true;
      drawing?.clear();
      drawing?.done();
    },
  };
}

function progressText({ videos, files, sizes }: PlanProgress): string {
  const asked = sizes > 0 ? `, ${formatCounted(sizes, 'size')} asked for` : '';
  return `planned ${formatCounted(videos, 'video')} with ${formatCounted(files, 'file')}${asked}`;
}
