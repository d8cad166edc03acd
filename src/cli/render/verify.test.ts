import { describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../domain/report/verification.ts';
import { renderVerify } from './verify.ts';

const whole: VerifyReport = {
  destination: 's3://media/vod/a.m3u8',
  playlists: 3,
  objects: 1200,
  sizeBytes: 1024 ** 3,
  problems: [],
  external: [],
  accepted: [],
  checkedChecksums: 0,
};

const asked = { checksums: true };
const unasked = { checksums: false };

describe('what verify found', () => {
  it('is two lines where all is whole', () => {
    expect(renderVerify({ ...whole, checkedChecksums: 1200 }, asked)).toBe(
      's3://media/vod/a.m3u8: whole\n3 playlists, 1,200 objects, 1.00 GiB, 1,200 checksums compared\n',
    );
  });

  it('names each problem and where it stands', () => {
    const problems = [
      { code: 'source.not-found', key: 'vod/7.ts', message: 'is not there', playlist: 'vod/v1.m3u8', line: 12 },
    ] as const;
    expect(renderVerify({ ...whole, problems }, unasked)).toBe(
      '  vod/7.ts: is not there [source.not-found] (vod/v1.m3u8 line 12)\ns3://media/vod/a.m3u8: not whole: 1 problem\n3 playlists, 1,200 objects, 1.00 GiB\n',
    );
  });

  it('says where acceptances would be known, if neither state nor journal was asked', () => {
    const message = 'the segment is not there';
    const problems = [{ code: 'verify.missing', key: 'vod/7.ts', message, playlist: 'vod/a.m3u8', line: 3 }] as const;
    expect(renderVerify({ ...whole, problems }, unasked)).toContain('with --state or --journal).\n');
    for (const record of [{ stateDir: 'state' }, { journal: {} }])
      expect(renderVerify({ ...whole, problems }, { ...unasked, ...record })).not.toContain('--state');
  });

  it('does not suggest that a playlist was accepted, and tells how to name a prefix that looks like one', () => {
    const problems = [{ code: 'verify.missing', key: 'vod/v1.0', message: 'the playlist is not there' }] as const;
    const absent = { ...whole, playlists: 0, objects: 0, sizeBytes: 0, problems };
    const advice = '  If it is a prefix and not a playlist, end it with a slash: s3://media/vod/v1.0/\n';
    expect(renderVerify({ ...absent, destination: 's3://media/vod/v1.0' }, unasked)).toBe(
      `  vod/v1.0: the playlist is not there [verify.missing]\n${advice}s3://media/vod/v1.0: not whole: 1 problem\n0 playlists, 0 objects, 0 B\n`,
    );
    expect(renderVerify(absent, unasked)).not.toContain('  If ');
  });

  it('names what leads outside', () => {
    const external = [
      { playlistUrl: 'vod/a.m3u8', line: 3, tag: '#EXT-X-KEY', uri: 'https://keys.example/1', reason: 'another host' },
    ];
    expect(renderVerify({ ...whole, external }, unasked)).toBe(
      'Points outside the copy:\n  https://keys.example/1: another host (vod/a.m3u8 line 3)\ns3://media/vod/a.m3u8: whole, but it points outside\n3 playlists, 1,200 objects, 1.00 GiB\n',
    );
  });

  it('lists what is missing by decision', () => {
    const accepted = [{ key: 'vod/7.ts', reason: 'lost at the origin' }];
    expect(renderVerify({ ...whole, accepted }, unasked)).toBe(
      'Published without:\n  vod/7.ts: accepted: lost at the origin\ns3://media/vod/a.m3u8: whole, but without 1 accepted file\n3 playlists, 1,200 objects, 1.00 GiB\n',
    );
  });

  it('does not hide that less was compared than was asked for', () => {
    expect(renderVerify(whole, asked)).toContain('1.00 GiB, 0 of 1,200 checksums compared\n');
  });

  it('stops naming at twenty', () => {
    const problems = Array.from({ length: 30 }, (_, index) => ({
      code: 'source.not-found' as const,
      key: `${index}.ts`,
      message: 'is not there',
    }));
    expect(renderVerify({ ...whole, problems }, unasked)).toContain('  … and 10 more: --json names all\n');
  });
});
