import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasVersitygw } from '../servers/versitygw.ts';
import { canaries, canariesIn, customGrantFlags, failingLibrary, processTitles } from './canaries.ts';
import type { Searched } from './canaries.ts';
import { contentsOf } from './contents.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

describe.skipIf(!hasVersitygw)('secrets of a library that fails in many ways', patient, () => {
  let stage: Stage;
  let catalogue: string;
  let headers: string;
  beforeAll(async () => {
    stage = await openStage({ destination: 'versitygw' });
    const { files, redirects, statuses, rows } = failingLibrary(stage.origin.url);
    for (const [path, body] of Object.entries(files)) stage.origin.put(path, body);
    for (const [path, to] of Object.entries(redirects)) stage.origin.behave(path, { kind: 'redirect', to });
    for (const [path, status] of Object.entries(statuses)) stage.origin.behave(path, { kind: 'status', status });
    catalogue = join(stage.scratch, 'videos.ndjson');
    headers = join(stage.scratch, 'headers');
    await writeFile(catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await writeFile(headers, `Authorization: Bearer ${canaries.header}\nX-Key: ${canaries.header}\n`);
  });
  afterAll(() => stage.close());

  it('are in nothing that it says, keeps, publishes or is called', async () => {
    const flags = [...customGrantFlags, '--header-file', headers, '--patience', '0', '--log-level', 'debug'];
    const report = join(stage.scratch, 'report.json');
    const copying = stage.start(stage.copyArgs(catalogue, ...flags, '--json', '--report', report));
    const titles: Searched[] = [];
    const watching = setInterval(() => void processTitles(copying.pid).then((found) => titles.push(...found)), 100);
    const copied = await copying.ended;
    clearInterval(watching);
    expect(copied.code, copied.stdout + copied.stderr).toBe(2);
    expect(copied.stdout).toContain('"published":1');
    expect(titles.length).toBeGreaterThan(0);

    const said = [
      copied,
      await stage.copy(catalogue, ...flags),
      await stage.copy(catalogue, ...flags, '--dry-run'),
      await stage.run('report'),
      await stage.run('report', '--format', 'ndjson'),
      await stage.run('status'),
      await stage.run('videos'),
      await stage.run('show', 'bad', 'inner', 'moved'),
      await stage.run('retry'),
    ];
    const outputs = said.flatMap(({ stdout, stderr }, index) => [
      { name: `standard output ${index}`, bytes: Buffer.from(stdout) },
      { name: `standard error ${index}`, bytes: Buffer.from(stderr) },
    ]);
    const given = new Set([catalogue, headers]);
    const kept = [...(await contentsOf(stage.scratch)), ...(await contentsOf(stage.objects))]
      .filter(({ path }) => !given.has(path))
      .map(({ path, bytes }) => ({ name: path, bytes }));
    expect(kept.some(({ name }) => name.startsWith(stage.stateDir))).toBe(true);
    const paths = kept.map(({ name }) => ({ name: `the name ${name}`, bytes: Buffer.from(name) }));
    const requests = { name: 'requests to the store', bytes: Buffer.from(JSON.stringify(stage.requests)) };
    expect(canariesIn([...outputs, ...titles, ...kept, ...paths, requests])).toEqual([]);
    // They were in use.
    const asked = JSON.stringify(stage.origin.requests);
    for (const kind of ['query', 'segment', 'path', 'custom'] as const) expect(asked).toContain(canaries[kind]);
    expect(asked).toContain(Buffer.from(`user:${canaries.basic}`).toString('base64'));
    expect(asked).toContain(canaries.header);
  });
});
