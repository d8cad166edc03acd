import { withoutSecrets } from '../config/values/location.ts';

/** Quotes a word for a POSIX shell, if it needs quotes. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The command that resumes this run: as it was typed, with secret values replaced by `…`.
 *
 * @param words - the arguments after `flants`
 */
export function resumeCommand(words: readonly string[]): string {
  const shown = words.map((word, index) => {
    if (words[index - 1] === '--header') return headerName(word);
    if (word.startsWith('--header=')) return `--header=${headerName(word.slice('--header='.length))}`;
    return withoutSecrets(word);
  });
  return ['flants', ...shown].map(shellQuote).join(' ');
}

function headerName(header: string): string {
  return `${header.split(':', 1)[0] ?? ''}: …`;
}
