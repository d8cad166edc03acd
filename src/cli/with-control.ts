import type { ControlOptions } from '../config/control-options.ts';
import type { Control } from '../control/control.ts';
import type { CommandContext } from './context.ts';
import { abortOnSignal } from './abort-on-signal.ts';

/** Opens a library for a verb that makes decisions, and closes it in any case. */
export async function withControl<T>(place: ControlOptions, context: CommandContext, work: Work<T>): Promise<T> {
  return open({ place, readOnly: false }, context, work);
}

/** Opens a library for a verb that only reads. The state may be in use by a copy. */
export async function withReadOnlyControl<T>(
  place: ControlOptions,
  context: CommandContext,
  work: Work<T>,
): Promise<T> {
  return open({ place, readOnly: true }, context, work);
}

type Work<T> = (control: Control, signal: AbortSignal) => Promise<T>;

async function open<T>(
  { place, readOnly }: { readonly place: ControlOptions; readonly readOnly: boolean },
  { stderr }: CommandContext,
  work: Work<T>,
): Promise<T> {
  const { openControl } = await import('../app/control.ts');
  return abortOnSignal(async (signal) => {
    const onWarning = (message: string): void => void stderr.write(`warn: ${message}\n`);
    const library = await openControl(place, { signal, onWarning, readOnly });
    try {
      return await work(library.control, signal);
    } finally {
      await library.close();
    }
  });
}
