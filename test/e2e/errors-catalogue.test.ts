import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import type { FlantsResult } from './flants.ts';
import { expectRefused, saidBy } from './refusal.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

describe('a catalogue', () => {
  let stage: Stage;
  let url: string;
  beforeAll(async () => {
    stage = await openStage({
      destination: 'folder',
      files: { '/v/index.m3u8': mediaPlaylist(['a.ts']), '/v/a.ts': 'media' },
    });
    url = `${stage.origin.url}/v/index.m3u8`;
  });
  afterAll(() => stage.close());

  const copy = async (name: string, content: string, ...flags: readonly string[]): Promise<FlantsResult> => {
    const path = join(stage.scratch, name);
    await writeFile(path, content);
    return stage.copy(path, ...flags);
  };

  it.each([
    ['that is empty', 'empty.json', '', 'holds no rows'],
    ['of no rows', 'none.json', '[]', 'holds no rows'],
    ['that ends too early', 'cut.json', '[{"id":"a",', 'begins like a JSON array and is not one'],
    ['that is broken', 'broken.json', '[\n{"id":"a" "url":"b"}]', 'it is broken at line 2 column 11'],
    [
      'that is no JSON',
      'text.ndjson',
      'id,url\na,b\n',
      'is not JSON: expected an array of videos, or one video a line',
    ],
    [
      'whose rows have no playlist',
      'rows.ndjson',
      '{"id":"a","link":"x"}\n{"id":"b","link":"y"}\n',
      'row 1 has no playlistUrl; row 2 has no playlistUrl',
    ],
  ])('%s is refused', async (_, name, content, text) => {
    const refused = await copy(name, content);
    expectRefused(refused, 'catalogue.unreadable', text);
    expect(refused.stderr).toContain(name);
  });

  it('that is not there is refused', async () => {
    expectRefused(await stage.copy(join(stage.scratch, 'nowhere.json')), 'usage', 'which does not exist');
  });

  it('with rows that are no videos names each of them, copies the others, and ends with 2', async () => {
    const rows = [
      { title: 'no id', url },
      { id: 'no URL' },
      { id: 'good', url },
      { id: 'good', url },
      { id: 'bad', url: 'http://' },
    ];
    const copied = await copy('mixed.ndjson', `${rows.map((row) => JSON.stringify(row)).join('\n')}\n{broken\n`);
    saidBy(copied);
    expect(copied.code).toBe(2);
    expect(copied.stderr.split('\n').filter((line) => line.startsWith('warn: '))).toEqual([
      'warn: refused: row 1 has no id [catalogue.row]',
      'warn: refused (no URL): row 2 has no playlistUrl [catalogue.row]',
      'warn: refused (good): row 4 has the id "good", which an earlier row has [catalogue.duplicate]',
      'warn: refused (bad): row 5 has a playlistUrl that is neither an http(s) or s3://bucket/key URL nor a path [catalogue.row]',
      'warn: refused: row 6 is not JSON [catalogue.row]',
    ]);
    expect(copied.stdout).toContain('1 video: 1 published');
    expect(copied.stdout).toContain('  good: row 4 has the id "good"');
    expect((await stage.object('v/a.ts'))?.toString()).toBe('media');
  });

  it('with dates and titles that cannot be read copies all, counts them at the end and in the report', async () => {
    const lines = [
      { _id: { $oid: '64fe1c2ab3d4e5f601234567' }, url, recordedAt: 1_795_420_800_123 },
      { id: { course: 'algebra', n: 7 }, url, recordedAt: 'soon' },
      { id: 'c', url, title: { de: 'Algebra' } },
    ].map((row) => `${JSON.stringify(row)}\n`);
    const report = join(stage.scratch, 'report.json');
    const copied = await copy('shapes.ndjson', lines.join(''), '--report', report);
    expect(copied.code, copied.stderr).toBe(0);
    expect(copied.stdout).toContain(
      [
        '2 rows with a part that cannot be read:',
        '  row 2 has a recordedAt that cannot be read: it is "soon", and must be a date such as 2026-11-23 or ' +
          '2026-11-23T08:00:00Z, or seconds or milliseconds since 1970',
        '  row 3 has a title that cannot be read: it is an object, and must be text',
      ].join('\n'),
    );
    const compound = '{"course":"algebra","n":{"$numberInt":"7"}}';
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      videos: [{ id: '64fe1c2ab3d4e5f601234567' }, { id: compound }, { id: 'c' }],
      refusedRows: [],
      rowWarnings: {
        count: 2,
        rows: [
          { row: 2, id: compound },
          { row: 3, id: 'c' },
        ],
      },
    });
    const dry = await copy('shapes.ndjson', lines.join(''), '--dry-run');
    expect(dry.stdout).toContain('2 rows with a part that cannot be read:');
    const chosen = await copy('shapes.ndjson', lines.join(''), '--ids', `${compound},c`, '--dry-run');
    expect(chosen.stdout).toContain('2 videos: 2 published');
    const events = await copy('shapes.ndjson', lines.join(''), '--json');
    expect(events.stdout).toContain(`"type":"row-warning","row":2,"id":${JSON.stringify(compound)}`);
  });

  it('without an id that is asked for says so, and ends with 1', async () => {
    const copied = await copy('ids.ndjson', JSON.stringify({ id: 'here', url }), '--ids', 'elsewhere');
    expect(copied.code).toBe(1);
    expect(saidBy(copied)).toContain('no source names the video elsewhere [catalogue.row]');
  });

  it('that was mended is copied by the same command', async () => {
    expect((await copy('mixed.ndjson', JSON.stringify({ id: 'good', url }))).code).toBe(0);
  });
});
