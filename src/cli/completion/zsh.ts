import type { CompletedFlag, CompletedVerb } from './model.ts';

/** Writes the completion for zsh: to be sourced after `compinit`, or as a file `_flants` in its `fpath`. */
export function zshCompletion(verbs: readonly CompletedVerb[]): string {
  return `#compdef flants
# zsh completion for flants, written by: flants completion zsh
_flants() {
  local curcontext=$curcontext state line ret=1
  local -a verbs
  verbs=(
${verbs.map(({ name, text }) => `    ${quoted(`${name}:${text}`)}`).join('\n')}
  )
  _arguments -C '(- *)'{-h,--help}'[print help]' '(- *)'{-V,--version}'[print the version]' '1: :->verb' '*:: :->rest' && ret=0
  case $state in
    verb) _describe -t verbs verb verbs && ret=0 ;;
    rest)
      case $words[1] in
${verbs.map(verbLines).join('\n')}
      esac
      ;;
  esac
  return ret
}
if [[ $funcstack[1] == _flants ]]; then _flants "$@"; else compdef _flants flants; fi
`;
}

function verbLines({ name, flags, words }: CompletedVerb): string {
  const positions = words.map((choices, at) => quoted(`${at + 1}: :(${choices.join(' ')})`));
  const specs = [...flags.map(flagSpec), ...positions, quoted('*:file:_files')];
  return `        ${name})\n          _arguments \\\n${specs.map((spec) => `            ${spec}`).join(' \\\n')} && ret=0\n          ;;`;
}

function flagSpec({ flag, text, valueName, value, mayBeRepeated }: CompletedFlag): string {
  const head = `${mayBeRepeated ? '*' : ''}${flag}${value.kind === 'none' ? '' : '='}[${escaped(text)}]`;
  switch (value.kind) {
    case 'none':
      return quoted(head);
    case 'words':
      return quoted(`${head}:${escaped(valueName)}:(${value.words.join(' ')})`);
    case 'file':
      return quoted(`${head}:${escaped(valueName)}:_files`);
    case 'folder':
      return quoted(`${head}:${escaped(valueName)}:_files -/`);
    case 'other':
      return quoted(`${head}:${escaped(valueName)}: `);
  }
}

/** Of a part of a specification of \`_arguments\`, which ends at brackets and colons. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
