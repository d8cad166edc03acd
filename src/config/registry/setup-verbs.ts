import type { VerbSpec } from './verb-spec.ts';

const group = 'Set up';

/** Verbs that write and look into the config file, and help the shell. */
export const setupVerbs = {
  init: {
    group,
    summary: 'write a config file, from your answers or from options',
    words: '[source… destination]',
    wordTexts: [
      ['source', 'URL, s3:// address or path of a playlist, or a catalogue of videos (.csv, .json, .ndjson)'],
      ['destination', 's3://bucket/prefix or a folder'],
    ],
    options: ['yes', 'force', 'config'],
    takesAllOptions: true,
    overrides: { config: { text: 'write to this file', defaultText: 'flants.yaml' } },
    examples: [
      ['by questions', 'flants init'],
      ['without any', 'flants init videos.json s3://media/vod --profile media --bwlimit 20M --yes'],
    ],
    exitNote:
      '1 also means that source or destination cannot be reached. Then nothing is written, unless you add --force.',
  },
  config: {
    group,
    summary: 'check the config file, or show the origin of each value',
    words: 'check|show [verb] [words…]',
    wordTexts: [
      ['check', 'report every unknown option, wrong value and contradiction, with its line'],
      [
        'show',
        'print each option of a verb, its value, and the flag, variable or line that set it; secrets are masked',
      ],
      ['verb', 'default: copy, or up if the file has a journal'],
    ],
    wordChoices: [['check', 'show'], 'verbs'],
    options: ['json', 'config'],
    takesAllOptions: true,
    examples: [
      ['before a long run', 'flants config check'],
      ['where a copy has its options from', 'flants config show'],
      ['with flags, as another verb would take them', 'flants config show status --profile media'],
    ],
    exitNote: '1 also means that check found a fault.',
  },
  completion: {
    group,
    summary: 'print shell completion',
    words: 'bash|zsh|fish|powershell',
    wordTexts: [['bash|zsh|fish|powershell', 'the shell to print it for']],
    wordChoices: [['bash', 'zsh', 'fish', 'powershell']],
    options: [],
    examples: [
      ['bash, in ~/.bashrc', 'source <(flants completion bash)'],
      ['zsh, in ~/.zshrc after compinit', 'source <(flants completion zsh)'],
      ['fish, once', 'flants completion fish > ~/.config/fish/completions/flants.fish'],
      ['PowerShell, in $PROFILE', 'flants completion powershell | Out-String | Invoke-Expression'],
    ],
  },
} as const satisfies Record<string, VerbSpec>;
