import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { fieldPaths, projectionOf, rowOf } from './documents.ts';

const hex = '64fe1c2ab3d4e5f601234567';

describe('a projection', () => {
  it('has what a submission is made of, and what rules ask for', () => {
    expect(projectionOf(fieldPaths({ playlistUrl: 'hls.master' }), ['state'])).toEqual({
      _id: 1,
      'hls.master': 1,
      title: 1,
      recordedAt: 1,
      state: 1,
    });
  });

  it('has no path below another one, and none into a list', () => {
    const paths = fieldPaths({ playlistUrl: 'renditions.0.url' });
    expect(projectionOf(paths, ['hls.url', 'hls', 'hls.state.name', 'hlsx', 'title.de'])).toEqual({
      _id: 1,
      renditions: 1,
      title: 1,
      recordedAt: 1,
      hls: 1,
      hlsx: 1,
    });
  });
});

describe('a document', () => {
  const paths = fieldPaths({ playlistUrl: 'renditions.0.url', recordedAt: 'meta.date' });

  it('is a video, wherever its parts stand', () => {
    const document = {
      _id: new ObjectId(hex),
      renditions: [{ url: 'https://cdn.example/a.m3u8' }],
      title: null,
      meta: { date: new Date('2026-11-23T08:00:00Z'), seconds: 7 },
    };
    expect(rowOf(document, 3, paths)).toEqual({
      kind: 'video',
      row: 3,
      submission: { id: hex, playlistUrl: 'https://cdn.example/a.m3u8', recordedAt: '2026-11-23T08:00:00.000Z' },
      fields: {
        _id: hex,
        renditions: [{ url: 'https://cdn.example/a.m3u8' }],
        title: null,
        meta: { date: '2026-11-23T08:00:00.000Z', seconds: 7 },
      },
    });
  });

  it.each([
    [{}, 'has no playlistUrl (renditions.0.url)'],
    [{ renditions: [{ url: 7 }] }, 'has a bad playlistUrl (renditions.0.url): it is 7, and must be text'],
    [
      { renditions: [{ url: 'videos/a.m3u8' }] },
      'has a playlistUrl (renditions.0.url) that is no http(s) or s3://bucket/key URL',
    ],
  ])('with %j is refused by its own name', (fields, message) => {
    expect(rowOf({ _id: new ObjectId(hex), ...fields }, 3, paths)).toMatchObject({
      kind: 'refused',
      row: 3,
      id: hex,
      failure: { code: 'catalogue.row', message: expect.stringContaining(`document ${hex} ${message}`) },
    });
  });

  it('is taken without a title or date that cannot be read, with a warning that names all of them', () => {
    const document = { _id: 7, renditions: [{ url: 'https://h/a.m3u8' }], title: ['x'], meta: { date: 'soon' } };
    expect(rowOf(document, 3, paths)).toMatchObject({
      kind: 'video',
      submission: { id: '7', playlistUrl: 'https://h/a.m3u8' },
      warning:
        'document 7 has a title that cannot be read: it is a list of 1, and must be text, and has a recordedAt ' +
        '(meta.date) that cannot be read: it is "soon", and must be a date such as 2026-11-23 or 2026-11-23T08:00:00Z, ' +
        'or seconds or milliseconds since 1970',
    });
  });
});
