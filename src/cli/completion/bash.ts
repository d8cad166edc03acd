import type { CompletedFlag, CompletedVerb } from './model.ts';

/**
 * Writes the completion for bash, from version 3.2 on. It needs no other package, and calls no other program: whatever
 * was typed is compared, and never run. Where it finds nothing, bash completes paths.
 */
export function bashCompletion(verbs: readonly CompletedVerb[]): string {
  const flags = new Map(verbs.flatMap((verb) => verb.flags.map((flag) => [flag.flag, flag] as const)));
  const withValue = [...flags.values()].filter(({ value }) => value.kind !== 'none');
  const flagNames = verbs.map(({ name, flags: own }) =>
    caseLine(
      name,
      own.map(({ flag }) => flag),
    ),
  );
  const choices = verbs.flatMap(({ name, words }) => words.map((each, at) => caseLine(`${name} ${at}`, each)));
  return `# bash completion for flants, written by: flants completion bash
_flants() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb='' at=0 words='' i
  COMPREPLY=()
  # "--flag=value" comes as three words.
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -* | '=') continue ;;
    esac
    case \${COMP_WORDS[i-1]} in
      '=' | ${withValue.map(({ flag }) => flag).join(' | ')}) continue ;;
    esac
    if [[ -z $verb ]]; then verb=\${COMP_WORDS[i]}; else at=$((at + 1)); fi
  done
  case $prev in
${withValue.map(valueLine).join('\n')}
    *)
      if [[ $cur == -* ]]; then
        case $verb in
          '') words='--help --version' ;;
${flagNames.join('\n')}
        esac
      else
        case "$verb $at" in
          ' 0') words='${verbs.map(({ name }) => name).join(' ')}' ;;
${choices.join('\n')}
        esac
      fi
      ;;
  esac
  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); fi
}
complete -o default -o bashdefault -F _flants flants
`;
}

function caseLine(pattern: string, words: readonly string[]): string {
  return `          '${pattern}') words='${words.join(' ')}' ;;`;
}

function valueLine({ flag, value }: CompletedFlag): string {
  return value.kind === 'words' ? `    ${flag}) words='${value.words.join(' ')}' ;;` : `    ${flag}) return ;;`;
}
