import type { CommandInput } from '../config/input/command-input.ts';

/** What a verb has of the process around it. */
export interface CommandContext {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Everything after `flants`, to say how to go on. */
  readonly argv: readonly string[];
}

/** One verb: does it, and tells the exit code. What it throws is told by `main`. */
export type Verb = (input: CommandInput, context: CommandContext) => Promise<number>;
