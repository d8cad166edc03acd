import { describe, expect, it } from 'vitest';
import { allCapabilities } from '../../../test/contract/object-store/bench.ts';
import { loopbackSource } from '../../../test/servers/loopback-source.ts';
import { functionSettings } from './settings.ts';
import type { SettingsParts } from './settings.ts';

const bucket = { kind: 's3', bucket: 'media', prefix: 'vod', region: 'eu-central-1', connections: 32 } as const;
const parts: SettingsParts = {
  source: loopbackSource,
  destination: { name: 's3://media/vod', store: bucket },
  capabilities: allCapabilities,
};

describe('what a function is told', () => {
  it('is where from and where to, and no connections', () => {
    const { connections: _, ...store } = bucket;
    expect(functionSettings(parts)).toEqual({
      source: { timeoutMs: 10_000, reach: loopbackSource.reach },
      store,
      capabilities: allCapabilities,
    });
  });

  it('names a journal that it can reach, and none in a folder', () => {
    const { connections: _, ...store } = bucket;
    const capabilities = allCapabilities;
    expect(functionSettings({ ...parts, journal: { store: bucket, capabilities } }).journal).toEqual({
      store,
      capabilities,
    });
    const folder = { kind: 'folder', path: '/journal' } as const;
    expect(functionSettings({ ...parts, journal: { store: folder, capabilities } })).not.toHaveProperty('journal');
  });

  it('never has a secret: headers are named by their parameter', () => {
    const headers = [{ origin: 'https://cdn.example', headers: { authorization: 'Bearer secret' } }];
    const source = { ...loopbackSource, headers };
    expect(() => functionSettings({ ...parts, source })).toThrow('--header-parameter');
    const settings = functionSettings({ ...parts, source, headerParameter: '/flants/headers' });
    expect(settings.headerParameter).toEqual({ name: '/flants/headers', origins: ['https://cdn.example'] });
    expect(JSON.stringify(settings)).not.toContain('secret');
  });

  it('needs sources that a function reaches', () => {
    expect(() => functionSettings({ ...parts, source: { ...loopbackSource, allowsFiles: true } })).toThrow(
      'files of this machine',
    );
  });
});
