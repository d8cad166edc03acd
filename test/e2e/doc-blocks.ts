import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../../scripts/run-command.ts';

/** A command with the output that a document shows below it. */
export interface ShownCommand {
  readonly command: string;
  /** Lines, without the command. */
  readonly output: readonly string[];
}

/** A fenced block of shell commands, in a document. */
export interface DocBlock {
  /** `sh` has commands alone, `console` commands after `$ ` with their output. */
  readonly language: 'sh' | 'console';
  /** Who runs it: the comment above the block, or its first line. Undefined if nothing says so. */
  readonly mark: DocMark | undefined;
  /** Without the first line, if that is the mark, and without the indentation of the fence. */
  readonly text: string;
  /** Where the text begins in the document. */
  readonly at: number;
}

/** `tested` by docs.test.ts or operations.test.ts, `tried` by deploy/try-swarm.ts, `not run` with the reason. */
export interface DocMark {
  readonly how: 'tested' | 'tried' | 'not run';
  /** Name of the block, or the reason. */
  readonly what: string;
}

/** Finds the blocks of shell commands of a document. */
export function blocksOf(page: string): readonly DocBlock[] {
  const pattern =
    /(?:^ *<!-- (?<above>[^\n]*?) -->\n(?: *\n)?)?^(?<indent> *)```(?<language>sh|console)\n(?<body>[^]*?)^ *```$/dgm;
  return Array.from(page.matchAll(pattern), (match) => {
    const { above, indent = '', language, body = '' } = match.groups as Record<string, string>;
    const first = body.split('\n', 1)[0] ?? '';
    const inside = markIn(first.trim().replace(/^# /, ''));
    const skipped = inside === undefined ? 0 : first.length + 1;
    return {
      language: language as DocBlock['language'],
      mark: inside ?? (above === undefined ? undefined : markIn(above)),
      text: body.slice(skipped).replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      at: (match.indices?.groups?.['body']?.[0] ?? 0) + skipped,
    };
  });
}

function markIn(text: string): DocMark | undefined {
  const { how, what } = /^(?<how>tested|tried|not run): (?<what>\S.*)$/.exec(text)?.groups ?? {};
  return how === undefined || what === undefined ? undefined : { how: how as DocMark['how'], what };
}

/** Splits a `console` block. A command goes on in the next line after a backslash. */
export function shownCommands(text: string): readonly ShownCommand[] {
  const shown: { command: string; output: string[] }[] = [];
  let isOpen = false;
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const last = shown.at(-1);
    if (isOpen && last) last.command += `\n${line}`;
    else if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: [] });
    else if (last) last.output.push(line);
    else throw new Error(`output before the first command: ${line}`);
    isOpen = line.endsWith('\\') && (isOpen || line.startsWith('$ '));
  }
  return shown;
}

/** Reads a document of this repository. */
export function readDocument(path: string): Promise<string> {
  return readFile(join(projectFolder, path), 'utf8');
}
