import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';
import { mergeOptions } from './merge.ts';
import type { Layers } from './merge.ts';
import { envOf } from '../registry/option-spec.ts';
import { configFileSchema, schemaOf } from '../registry/option-schemas.ts';
import { optionNames } from '../registry/options.ts';
import type { OptionName } from '../registry/options.ts';
import { verbs } from '../registry/verbs.ts';
import type { VerbName } from '../registry/verbs.ts';

const nothing: Layers = { environment: readEnvironment({}), flags: {} };
const verbNames = Object.keys(verbs) as VerbName[];

function verbWith(name: OptionName): VerbName {
  const verb = verbNames.find((each) => (verbs[each].options as readonly OptionName[]).includes(name));
  if (verb === undefined) throw new Error(`no verb has ${name}`);
  return verb;
}

describe('the registry', () => {
  it('has no option that no verb takes', () => {
    for (const name of optionNames) expect(verbNames).toContain(verbWith(name));
  });

  it('names defaults that its own schema accepts', () => {
    for (const verb of verbNames) expect(schemaOf(verb).safeParse({}).success).toBe(true);
  });

  it('describes every option but config in the schema of the config file', () => {
    const { properties } = configFileSchema() as { properties: Record<string, { description?: string }> };
    expect(Object.keys(properties).toSorted()).toEqual(
      ['$schema', 'sources', 'destination', ...optionNames.filter((name) => name !== 'config')].toSorted(),
    );
    for (const name of optionNames) if (name !== 'config') expect(properties[name]?.description).toBeTruthy();
  });
});

describe('merging', () => {
  const file = { path: '/etc/flants.json', values: { concurrency: 5, bwlimit: '1M', ids: ['file'], recheck: true } };

  it('gives the defaults where nobody says anything', () => {
    expect(mergeOptions('copy', nothing)).toMatchObject({
      existing: 'verify',
      progress: true,
      sourceTimeout: 30_000,
      ids: [],
    });
  });

  it('leaves out what has neither value nor default', () => {
    expect(Object.keys(mergeOptions('copy', nothing))).not.toContain('bwlimit');
  });

  it('takes the file before the defaults', () => {
    expect(mergeOptions('copy', { ...nothing, file })).toMatchObject({
      concurrency: 5,
      bwlimit: [{ fromMinute: 0, perSecond: 1024 * 1024 }],
      recheck: true,
    });
  });

  it('takes the environment before the file', () => {
    const environment = readEnvironment({ FLANTS_CONCURRENCY: '6', FLANTS_RECHECK: 'no' });
    expect(mergeOptions('copy', { file, environment, flags: {} })).toMatchObject({
      concurrency: 6,
      recheck: false,
      bwlimit: [{ fromMinute: 0, perSecond: 1024 * 1024 }],
    });
  });

  it('takes flags before the environment', () => {
    const environment = readEnvironment({ FLANTS_CONCURRENCY: '6', FLANTS_PROGRESS: 'false' });
    expect(mergeOptions('copy', { file, environment, flags: { concurrency: '7', progress: true } })).toMatchObject({
      concurrency: 7,
      progress: true,
    });
  });

  it('replaces a list by a list, and never mixes them', () => {
    expect(mergeOptions('copy', { ...nothing, file, flags: { ids: ['a,b', 'c'] } }).ids).toEqual(['a', 'b', 'c']);
  });

  it('does not split headers at commas, and splits them at line breaks', () => {
    const environment = readEnvironment({ FLANTS_HEADER: 'Accept: a, b\nX-Key: 1' });
    expect(mergeOptions('copy', { ...nothing, environment }).header).toEqual(['Accept: a, b', 'X-Key: 1']);
  });

  it('takes from a file only what the verb has', () => {
    expect(mergeOptions('status', { ...nothing, file })).not.toHaveProperty('concurrency');
  });

  it('reads our own variable before those of AWS, and takes an empty one for none', () => {
    const endpointOf = (variables: Record<string, string>): unknown =>
      mergeOptions('copy', { ...nothing, environment: readEnvironment(variables) }).endpoint;
    expect(endpointOf({ AWS_ENDPOINT_URL: 'https://aws.example', FLANTS_ENDPOINT: 'https://own.example' })).toBe(
      'https://own.example',
    );
    expect(endpointOf({ AWS_ENDPOINT_URL: 'https://aws.example', FLANTS_ENDPOINT: '' })).toBe('https://aws.example');
  });
});

describe('a bad value', () => {
  const bad: Partial<Record<OptionName, readonly string[]>> = {
    limit: ['0', '-1', '1.5', 'abc', ' '],
    existing: ['verfy', 'VERIFY'],
    recheck: ['maybe'],
    sha256: ['2'],
    external: ['copy'],
    dryRun: ['dry'],
    sourceTimeout: ['0s', 'never'],
    endpoint: ['minio:9000', 's3.example', 'ftp://store.example'],
    concurrency: ['0', '4097', '1e3', 'many'],
    threads: ['0', '257'],
    bwlimit: ['0', 'fast', '-3M'],
    json: ['yep'],
    progress: ['some'],
    logLevel: ['trace'],
    format: ['html'],
    checksums: ['all'],
    region: [' '],
    logFormat: ['xml'],
    redis: ['localhost:6379', 'http://redis.example', 'unix://', 'redis://'],
    redisPrefix: ['a:b', 'a b', '{a}', 'x'.repeat(65)],
    listen: ['4010', 'host', 'host:65536', '::1:80', 'http://host:80'],
    token: ['short', 'with a space', 'ümläute!'],
    webhook: ['hooks.example/x', 'slack://x'],
    webhookSecret: ['1234567'],
    failureShare: ['101%', 'some'],
    deltaEvery: ['0', 'sometimes'],
    scanEvery: ['never', '25d'],
    maxBytesInFlight: ['0', 'lots'],
    maxVideos: ['0'],
    mongoFilter: ['{', '[]', '1', 'null'],
    mongoFields: ['playlistUrl', 'url=hls', 'title=$where', 'title='],
    writeBack: ['$set', 'a..b', 'a b', '.a'],
    inState: ['done', 'incomplete,broken'],
  };

  const cases = Object.entries(bad).flatMap(([name, values]) =>
    values.map((value) => [name as OptionName, value] as const),
  );

  it.each(cases)('of %s is refused: %j', (name, value) => {
    const environment = readEnvironment({ [envOf(name)]: value });
    expect(() => mergeOptions(verbWith(name), { ...nothing, environment })).toThrow(
      new RegExp(`^${envOf(name)} is .+: expected `),
    );
  });

  it.each(['redis', 'token', 'webhook', 'webhookSecret', 'heartbeat'] as const)('of %s is not shown', (name) => {
    const environment = readEnvironment({ [envOf(name)]: 'hush' });
    expect(() => mergeOptions('up', { ...nothing, environment })).toThrow(`${envOf(name)} is not usable: expected `);
  });

  it('is told with the option as it was given, the value, and what is expected', () => {
    const said = (layers: Partial<Layers>): string => {
      try {
        mergeOptions('copy', { ...nothing, ...layers });
      } catch (error) {
        return (error as Error).message;
      }
      return 'nothing';
    };
    expect(said({ flags: { concurrency: 'abc' } })).toBe(
      '--concurrency is "abc": expected a whole number from 1 to 4096',
    );
    expect(said({ environment: readEnvironment({ FLANTS_THREADS: '0' }) })).toBe(
      'FLANTS_THREADS is 0: expected a whole number from 1 to 256',
    );
    expect(said({ file: { path: '/c.json', values: { recheck: 'x' } } })).toBe(
      '"recheck" in /c.json is "x": expected true or false',
    );
    expect(said({ flags: { existing: 'verfy' } })).toBe(
      '--existing is "verfy": expected one of verify, skip, overwrite (did you mean verify?)',
    );
    expect(said({ flags: { budget: ['50G', '0files'] } })).toMatch(
      /^--budget is "50G", "0files": expected bytes such as /,
    );
    expect(said({ file: { path: '/c.json', values: { header: [1] } } })).toBe(
      '"header" in /c.json is not usable: expected one or more values',
    );
  });
});
