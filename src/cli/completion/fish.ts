import type { CompletedFlag, CompletedVerb } from './model.ts';

/** Writes the completion for fish: to be sourced, or as a file `flants.fish` in its folder of completions. */
export function fishCompletion(verbs: readonly CompletedVerb[]): string {
  const lines = [
    '# fish completion for flants, written by: flants completion fish',
    '# Whether so many words stand before the one that is completed, and the verb is this one.',
    'function __flants_at',
    '    set -l words (commandline -opc | string match -v -- "-*")',
    '    test (count $words) -eq $argv[1]; and begin',
    '        test (count $argv) -eq 1; or test "$words[2]" = $argv[2]',
    '    end',
    'end',
    'function __flants_verb',
    '    set -l words (commandline -opc)',
    '    test (count $words) -ge 2; and test "$words[2]" = $argv[1]',
    'end',
    "complete -c flants -n '__flants_at 1' -l help -s h -d 'print help'",
    "complete -c flants -n '__flants_at 1' -l version -s V -d 'print the version'",
    ...verbs.map(({ name, text }) => `complete -c flants -n '__flants_at 1' -f -a ${name} -d ${quoted(text)}`),
    ...verbs.flatMap(verbLines),
  ];
  return `${lines.join('\n')}\n`;
}

function verbLines({ name, flags, words }: CompletedVerb): readonly string[] {
  return [
    ...words.map((choices, at) => {
      const condition = `__flants_at ${at + 2} ${name}`;
      return `complete -c flants -n '${condition}' -f -a ${quoted(choices.join(' '))}`;
    }),
    ...flags.map((flag) => `complete -c flants -n '__flants_verb ${name}' ${flagWords(flag)} -d ${quoted(flag.text)}`),
  ];
}

function flagWords({ flag, value }: CompletedFlag): string {
  const name = `-l ${flag.slice(2)}`;
  switch (value.kind) {
    case 'none':
      return name;
    case 'words':
      return `${name} -x -a ${quoted(value.words.join(' '))}`;
    case 'file':
      return `${name} -r -F`;
    case 'folder':
      return `${name} -x -a '(__fish_complete_directories)'`;
    case 'other':
      return `${name} -x`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
