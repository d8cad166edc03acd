/**
 * Renders what to type first, for a command line without words.
 *
 * @param configFile - name of the config file in the current folder, if there is one
 */
export function renderFirstSteps(configFile?: string): string {
  const steps: readonly (readonly [command: string, text: string])[] =
    configFile === undefined
      ? [
          ['flants init', 'asks where the videos are and where they go; writes flants.yaml'],
          ['flants copy --dry-run', 'shows what would be copied'],
          ['flants copy', 'copies; run it again after an interruption to continue'],
        ]
      : [
          ['flants config show', `shows what ${configFile} says`],
          ['flants copy', 'copies; run it again after an interruption to continue'],
          ['flants status', 'shows the progress, and what needs attention'],
        ];
  const width = Math.max(...steps.map(([command]) => command.length));
  return [
    'flants copies HLS video libraries to S3. It tracks every file, and publishes a video only when it is complete.',
    '',
    'Begin with:',
    ...steps.map(([command, text]) => `  ${command.padEnd(width)}   # ${text}`),
    '',
    'Without a config file: flants copy SOURCE DESTINATION, such as',
    '  flants copy https://cdn.example/class/42/master.m3u8 s3://media/vod',
    '',
    'flants --help lists all verbs; flants copy --help shows the options of copy, with examples.',
    '',
  ].join('\n');
}
