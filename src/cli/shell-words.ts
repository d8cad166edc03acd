import { withoutSecrets } from '../config/values/location.ts';

/** One word as a POSIX shell must be given it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The command that goes on with this run, as it was typed, but for values that are secrets: those are `…`.
 *
 * @param words - the arguments after `flants`
 */
export function resumeCommand(words: readonly string[]): string {
  const shown = words.map((word, index) => {
    if (words[index - 1] === '--header') return headerName(word);
    if (word.startsWith('--header=')) return `--header=${headerName(word.slice('--header='.length))}`;
    return withoutSecrets(word);
  });
  return ['flants', ...shown].map(shellWord).join(' ');
}

function headerName(header: string): string {
  return `${header.split(':', 1)[0] ?? ''}: …`;
}
