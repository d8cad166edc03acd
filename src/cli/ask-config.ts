import { FlantsError, failureOf } from '../domain/failure.ts';
import type { Flags } from '../config/input/merge.ts';
import { parseRate } from '../config/values/quantities.ts';
import { parseDestination, parseSource } from '../config/values/location.ts';

/** What was answered, as words and flags of a copy. */
export interface ConfigAnswers {
  readonly words: readonly string[];
  readonly flags: Flags;
}

/** What is known before anybody is asked. */
export interface AskContext extends ConfigAnswers {
  readonly cwd: string;
  /** The region that AWS's own configuration names for a profile. */
  readonly findRegion: (profile?: string) => Promise<string | undefined>;
}

/**
 * Asks on the terminal for what a copy needs. What was typed already is not asked for.
 *
 * @throws {FlantsError} `aborted` when the person gives up
 */
export async function askConfig({ words, flags, cwd, findRegion }: AskContext): Promise<ConfigAnswers> {
  const { intro, isCancel, select, text } = await import('@clack/prompts');
  const answer = <T>(given: T): Exclude<T, symbol> => {
    if (isCancel(given)) throw new FlantsError('aborted', 'nothing was written');
    return given as Exclude<T, symbol>;
  };
  const ask = async (message: string, placeholder: string, check: (value: string) => void): Promise<string> =>
    answer(
      await text({
        message,
        placeholder,
        validate: (value) => {
          try {
            check((value ?? '').trim());
            return undefined;
          } catch (error) {
            return failureOf(error).message;
          }
        },
      }),
    ).trim();
  intro('A config file for one library');
  const typed = words.length > 1 ? words.slice(0, -1) : words;
  const sources =
    typed.length > 0
      ? typed
      : [
          await ask('Where is the list of videos, or a playlist?', 'videos.json, https://…/master.m3u8', (value) =>
            parseSource(value, cwd),
          ),
        ];
  const destination =
    words.length > 1
      ? (words.at(-1) ?? '')
      : await ask('Where do they go?', 's3://bucket/prefix or a folder', (value) => parseDestination(value, cwd));
  const answered: Record<string, string> = {};
  if (parseDestination(destination, cwd).kind === 's3') {
    if (flags.endpoint === undefined) {
      const where = answer(
        await select({
          message: 'Which store is that?',
          options: [
            { value: 'aws', label: 'Amazon S3' },
            { value: 'other', label: 'another store that speaks S3', hint: 'MinIO, R2, Ceph …' },
          ],
        }),
      );
      if (where === 'other') answered['endpoint'] = await ask('What is its URL?', 'https://…', checkUrl);
    }
    if (flags.profile === undefined) {
      const profile = await ask('Which AWS profile has the credentials?', 'empty: the usual one', () => {});
      if (profile !== '') answered['profile'] = profile;
    }
    const isAws = flags.endpoint === undefined && answered['endpoint'] === undefined;
    const profile = typeof flags.profile === 'string' ? flags.profile : answered['profile'];
    if (isAws && flags.region === undefined && (await findRegion(profile)) === undefined)
      answered['region'] = await ask('Which region is the bucket in?', 'eu-central-1', checkNotEmpty);
  }
  if (flags.bwlimit === undefined) {
    const limit = await ask('How many bytes a second at most?', 'such as 20M; empty: no limit', checkRate);
    if (limit !== '') answered['bwlimit'] = limit;
  }
  return { words: [...sources, destination], flags: { ...flags, ...answered } };
}

function checkUrl(value: string): void {
  if (!/^https?:$/.test(URL.parse(value)?.protocol ?? ''))
    throw new FlantsError('usage', 'a URL begins with http:// or https://');
}

function checkNotEmpty(value: string): void {
  if (value === '') throw new FlantsError('usage', 'the configuration of AWS names none: it is needed');
}

function checkRate(value: string): void {
  if (value !== '' && parseRate(value) === undefined)
    throw new FlantsError('usage', 'expected bytes per second such as 500K, 20M or 1.5G');
}
