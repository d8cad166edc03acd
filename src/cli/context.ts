import type { CommandInput } from '../config/input/command-input.ts';

/** The part of the process that a verb uses. */
export interface CommandContext {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** All arguments after `flants`, to print the command that resumes a run. */
  readonly argv: readonly string[];
}

/** Runs one verb and returns the exit code. `main` prints the errors that it throws. */
export type Verb = (input: CommandInput, context: CommandContext) => Promise<number>;
