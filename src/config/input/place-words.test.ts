import { describe, expect, it } from 'vitest';
import { verbs } from '../registry/verbs.ts';
import type { VerbName } from '../registry/verbs.ts';
import { completeWords } from './place-words.ts';

const place = { sources: ['videos.json', 'more.json'], destination: 's3://media/vod' };
const complete = (verb: VerbName, words: readonly string[], hasState = false): readonly string[] =>
  completeWords(verbs[verb], words, { place, hasState });

describe('a config file with a place', () => {
  it('stands in for all words of a copy, and for none of them where one is typed', () => {
    expect(complete('copy', [])).toEqual(['videos.json', 'more.json', 's3://media/vod']);
    expect(complete('copy', ['one.m3u8', 'out'])).toEqual(['one.m3u8', 'out']);
    expect(complete('up', [])).toEqual(['videos.json', 'more.json', 's3://media/vod']);
  });

  it('stands in for the destination of verbs that look and decide', () => {
    expect(complete('status', [])).toEqual(['s3://media/vod']);
    expect(complete('verify', [])).toEqual(['s3://media/vod']);
    expect(complete('retry', ['class-42'])).toEqual(['s3://media/vod', 'class-42']);
  });

  it.each([['s3://other/vod'], ['./vod'], ['/mnt/vod'], ['../vod'], ['.'], ['s3://media/vod']])(
    'leaves %s, which is a destination',
    (destination) => {
      expect(complete('status', [destination, 'class-42'])).toEqual([destination, 'class-42']);
    },
  );

  it('leaves what a state stands in for, and what else a verb may be about', () => {
    expect(complete('status', ['class-42'], true)).toEqual(['class-42']);
    expect(complete('verify', ['https://cdn.example/master.m3u8'])).toEqual(['https://cdn.example/master.m3u8']);
    expect(complete('doctor', ['videos.json'])).toEqual(['videos.json']);
    expect(completeWords(verbs.status, ['class-42'], { place: {}, hasState: false })).toEqual(['class-42']);
  });
});
