import { describe, expect, it } from 'vitest';
import { explainPlayback } from './explain-playback.ts';

const url = 'https://media.example/bucket/vod/a/master.m3u8';
const failure = { url, status: undefined, details: 'manifestLoadError', pageOrigin: 'http://127.0.0.1:8080' };
const answers = (): Promise<unknown> => Promise.resolve();
const nothingAnswers = (): Promise<unknown> => Promise.reject(new TypeError('Failed to fetch'));

describe('why a video does not play', () => {
  it('is a missing CORS rule where something answers that cannot be read: the rule is given', async () => {
    const { what, mend } = await explainPlayback(failure, answers);
    expect(what).toContain('does not allow pages of http://127.0.0.1:8080');
    expect(mend).toContain('"AllowedOrigins":["http://127.0.0.1:8080"]');
    expect(mend).toContain('add_header Access-Control-Allow-Origin "http://127.0.0.1:8080" always;');
  });

  it('is an address where nothing answers', async () => {
    expect((await explainPlayback(failure, nothingAnswers)).what).toContain('Nothing answers at https://media.example');
  });

  it('is a missing right where the store says so: the policy is given', async () => {
    const { what, mend } = await explainPlayback({ ...failure, status: 403 }, nothingAnswers);
    expect(what).toContain('answers 403');
    expect(mend).toContain('arn:aws:s3:::bucket/*');
  });

  it('is a missing object, or an error of the store', async () => {
    expect((await explainPlayback({ ...failure, status: 404 }, answers)).what).toContain(
      'there is no /bucket/vod/a/master.m3u8',
    );
    expect((await explainPlayback({ ...failure, status: 500 }, answers)).what).toContain('answers 500');
  });

  it('is what the player says where it is about the media', async () => {
    expect((await explainPlayback({ ...failure, details: 'bufferAddCodecError' }, answers)).what).toContain(
      'bufferAddCodecError',
    );
  });
});
