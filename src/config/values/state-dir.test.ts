import { describe, expect, it } from 'vitest';
import { parseDestination } from './location.ts';
import { stateDirOf } from './state-dir.ts';

const env = { HOME: '/home/me' };
const dirOf = (destination: string, endpoint?: string): string =>
  stateDirOf(parseDestination(destination, '/home/me'), endpoint, env);

describe('the state folder of a destination', () => {
  it('has a readable name below ~/.local/state/flants', () => {
    expect(dirOf('s3://media/vod/2024')).toMatch(/^\/home\/me\/\.local\/state\/flants\/media-vod-2024-[0-9a-f]{8}$/);
  });

  it('follows XDG_STATE_HOME, and ignores a relative one', () => {
    const destination = parseDestination('s3://media/vod', '/home/me');
    expect(stateDirOf(destination, undefined, { ...env, XDG_STATE_HOME: '/state' })).toMatch(
      /^\/state\/flants\/media-vod-/,
    );
    expect(stateDirOf(destination, undefined, { ...env, XDG_STATE_HOME: 'state' })).toBe(dirOf('s3://media/vod'));
  });

  it('is the same however the destination is written', () => {
    expect(dirOf('s3://media/vod/')).toBe(dirOf('s3://media/vod'));
    expect(dirOf('out')).toBe(dirOf('/home/me/x/../out/'));
    expect(dirOf('s3://media/vod', 'HTTP://MinIO.example:80/')).toBe(dirOf('s3://media/vod', 'http://minio.example'));
  });

  it('is another one for another destination or store', () => {
    const all = [
      dirOf('s3://media/vod'),
      dirOf('s3://media/vod2'),
      dirOf('s3://media-vod'),
      dirOf('/media/vod'),
      dirOf('s3://media/vod', 'http://minio.example'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('does not care for the endpoint of a folder', () => {
    expect(dirOf('/out', 'http://minio.example')).toBe(dirOf('/out'));
  });

  it('stays short, and never hides or leaves its parent', () => {
    expect(dirOf(`s3://media/${'long/'.repeat(100)}end`)).toMatch(/\/flants\/[^/.][^/]{0,70}end-[0-9a-f]{8}$/);
    expect(dirOf('/')).toMatch(/\/flants\/root-[0-9a-f]{8}$/);
    expect(dirOf('/../..')).toBe(dirOf('/'));
    expect(dirOf('/é/日本')).toMatch(/\/flants\/root-[0-9a-f]{8}$/);
  });
});
