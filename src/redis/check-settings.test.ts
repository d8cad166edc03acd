import { describe, expect, it } from 'vitest';
import { judgeRedis } from './check-settings.ts';
import type { RedisFacts } from './check-settings.ts';

const info = { redis_version: '7.0.15', role: 'master', maxmemory_policy: 'noeviction' };
const config = { appendonly: 'yes', appendfsync: 'everysec', 'maxmemory-policy': 'noeviction' };
const judge = (more: Partial<RedisFacts> = {}) => judgeRedis({ info, config, ...more });

describe('the settings of a Redis', () => {
  it('are right when it keeps what it acknowledges, and drops nothing', () => {
    expect(judge()).toEqual({ faults: [], warnings: [] });
    expect(judge({ config: { ...config, appendfsync: 'always' } }).faults).toEqual([]);
  });

  it.each([
    ['appendonly', 'no', 'CONFIG SET appendonly yes'],
    ['appendfsync', 'no', 'CONFIG SET appendfsync everysec'],
    ['maxmemory-policy', 'allkeys-lru', 'CONFIG SET maxmemory-policy noeviction'],
  ])('are wrong with %s %s, and the line that mends it is named', (name, value, line) => {
    expect(judge({ config: { ...config, [name]: value } }).faults).toEqual([
      { problem: expect.stringContaining(name), mend: expect.stringContaining(line) },
    ]);
  });

  it('are all told of at once', () => {
    expect(
      judge({ config: { appendonly: 'no', appendfsync: 'no', 'maxmemory-policy': 'volatile-ttl' } }).faults,
    ).toHaveLength(3);
  });

  it('that a managed server keeps to itself make warnings, but for the policy, which it tells elsewhere', () => {
    const told = judgeRedis({ info });
    expect(told.faults).toEqual([]);
    expect(told.warnings).toEqual([expect.stringContaining('appendonly yes')]);
    expect(judgeRedis({ info: { ...info, maxmemory_policy: 'volatile-lru' } }).faults).toHaveLength(1);
    const { maxmemory_policy: _, ...silent } = info;
    expect(judgeRedis({ info: silent }).warnings).toHaveLength(2);
  });

  it.each([
    [{ redis_version: '6.2.14' }, 1],
    [{ redis_version: '7.0.0' }, 0],
    [{ redis_version: '8.2.1' }, 0],
    [{ redis_version: '7.2.4', valkey_version: '7.1.9' }, 1],
    [{ redis_version: '7.2.4', valkey_version: '7.2.5' }, 0],
    [{ redis_version: '7.2.4', valkey_version: '8.0.1' }, 0],
  ])('of the version %o have %i faults', (version, faults) => {
    expect(judgeRedis({ info: { maxmemory_policy: 'noeviction', ...version }, config }).faults).toHaveLength(faults);
  });

  it('that name no version are of none that will do', () => {
    expect(judgeRedis({ info: {}, config }).faults).toHaveLength(1);
  });

  it('of a replica are no use', () => {
    expect(judge({ info: { ...info, role: 'slave' } }).faults).toMatchObject([
      { mend: expect.stringContaining('primary') },
    ]);
  });
});
