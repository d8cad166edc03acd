import { describe, expect, it } from 'vitest';
import { KiB, MiB } from '../../domain/units.ts';
import { parseDuration, parseDurationOrZero, parsePercent, parseRate, parseSize } from './quantities.ts';

describe('a rate', () => {
  it.each([
    ['20M', 20 * MiB],
    ['1.5G', 1536 * MiB],
    ['500k', 500 * KiB],
    ['500KB/s', 500 * KiB],
    ['20 MiB/s', 20 * MiB],
    ['1000', 1000],
    ['1000B', 1000],
  ])('%s is %d bytes per second', (text, bytesPerSecond) => {
    expect(parseRate(text)).toBe(bytesPerSecond);
  });

  it.each(['', '0', '-1M', 'fast', '20MM', '20T', 'M', '1e9', '99999999999999999G', '20mib/hour'])(
    'is not %j',
    (text) => {
      expect(parseRate(text)).toBeUndefined();
    },
  );
});

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30', 30_000],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
  ])('%s is %d milliseconds', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '0', '-1s', 'soon', '25d', '1w', '1 2s'])('is not %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('a duration or zero', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['5s', 5_000],
  ])('%s is %d milliseconds', (text, milliseconds) => {
    expect(parseDurationOrZero(text)).toBe(milliseconds);
  });

  it.each(['', '-1s', 'never', '0x'])('is not %j', (text) => {
    expect(parseDurationOrZero(text)).toBeUndefined();
  });
});

describe('a size', () => {
  it.each([
    ['64M', 64 * MiB],
    ['512 KiB', 512 * KiB],
    ['1', 1],
  ])('%s is %d bytes', (text, sizeBytes) => {
    expect(parseSize(text)).toBe(sizeBytes);
  });

  it.each(['', '0', '20M/s', 'big'])('is not %j', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});

describe('a share', () => {
  it.each([
    ['5%', 0.05],
    ['0.5 %', 0.005],
    ['100', 1],
    ['0', 0],
  ])('%s is %d', (text, share) => {
    expect(parsePercent(text)).toBe(share);
  });

  it.each(['', '101%', '-1', 'half'])('is not %j', (text) => {
    expect(parsePercent(text)).toBeUndefined();
  });
});
