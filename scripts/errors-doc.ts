import { failureGuide, failureGuideGroups } from '../src/config/failure-guide/guide.ts';
import { chargeOf, failureWith } from '../src/domain/failure.ts';
import type { Charge, FailureCode } from '../src/domain/failure.ts';

/** What FLAnts itself does about a failure, by its charge. */
const reactions: Readonly<Record<Charge, string>> = {
  try: 'It tries again, three times in all, and then fails the file.',
  wait: 'It waits and tries again. The file loses no try.',
  final: 'It fails at once, because trying again cannot help.',
  halt: 'It stops, and costs no file a try. The same command continues.',
  renew: 'It reads the playlist again for a fresh URL, and tries once more.',
  recrawl: 'It reads the playlists again and makes a new plan.',
};

/** Codes whose charge decides about the tries of a file. */
const concernsFiles = /^(?:source|proxy|store|worker|executor|machine)\./;

/** Every code with its meaning, cause and cure, as one page. */
export function errorsPage(): string {
  return [
    '# Error codes',
    '',
    '<!-- Made by scripts/make-docs.ts from src/config/failure-guide: do not edit. -->',
    '',
    'Every failure has a code. It is in brackets at the end of a message, such as `[source.not-found]`, in the field `code` of',
    'reports, logs and the HTTP API, and in `flants retry --failed-by CODE`. Codes are never renamed, so scripts and alerts may',
    'match on them.',
    '',
    'To see what failed and why, run `flants status DESTINATION`; for one video `flants show DESTINATION VIDEO`. Once the cause is',
    'gone, run the same `flants copy` again. If a file is lost for good, `flants accept` publishes its video without it.',
    '',
    ...Object.entries(failureGuideGroups).map(([group, entries]) => `* ${group}: ${linksTo(Object.keys(entries))}`),
    '',
    ...Object.entries(failureGuideGroups).flatMap(([group, entries]) => [
      `## ${group}`,
      '',
      ...(Object.keys(entries) as FailureCode[]).flatMap(section),
    ]),
  ].join('\n');
}

function linksTo(codes: readonly string[]): string {
  return codes.map((code) => `[\`${code}\`](#${anchorOf(code)})`).join(' · ');
}

/** Anchor of a heading, as GitHub makes it. */
function anchorOf(code: string): string {
  return code.replaceAll('.', '');
}

function section(code: FailureCode): readonly string[] {
  const { means, cause, cure } = failureGuide[code];
  return [
    `### ${code}`,
    '',
    means,
    '',
    `* Cause: ${cause}`,
    `* Cure: ${cure}`,
    ...(concernsFiles.test(code) ? [`* What FLAnts does: ${reactions[chargeOf(failureWith(code, ''))]}`] : []),
    '',
  ];
}
