/**
 * Renders what to type first, for a command line without words.
 *
 * @param configFile - name of the config file in the current folder, if there is one
 */
export function renderFirstSteps(configFile?: string): string {
  const steps: readonly (readonly [command: string, text: string])[] =
    configFile === undefined
      ? [
          ['flants init', 'asks where the videos are and where they go, and writes flants.yaml'],
          ['flants copy --dry-run', 'says what would be copied'],
          ['flants copy', 'copies it; the same command goes on where it was stopped'],
        ]
      : [
          ['flants config show', `shows what ${configFile} says`],
          ['flants copy', 'copies; the same command goes on where it was stopped'],
          ['flants status', 'says how far it is, and what needs attention'],
        ];
  const width = Math.max(...steps.map(([command]) => command.length));
  return [
    'flants moves HLS video libraries to S3: every file tracked, every video proven before it is published.',
    '',
    'Begin with:',
    ...steps.map(([command, text]) => `  ${command.padEnd(width)}   # ${text}`),
    '',
    'Without a config file: flants copy SOURCE DESTINATION, such as',
    '  flants copy https://cdn.example/class/42/master.m3u8 s3://media/vod',
    '',
    'flants --help lists all verbs, flants copy --help the options of one, with examples.',
    '',
  ].join('\n');
}
