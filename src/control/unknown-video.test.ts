import { expect, it } from 'vitest';
import { unknownVideo } from './unknown-video.ts';

it.each(['./copy', '../copy', '.', '/srv/media', '~/media', 's3://media/vod', 'https://cdn.example/a.m3u8'])(
  'says how a library is named where a place is taken for a video: %s',
  (word) => {
    expect(unknownVideo(word).message).toBe(
      `there is no video ${word} in this library; a library is named by its destination, before all else, or by --state, and not by both; flants status --all lists all of them`,
    );
  },
);

it.each(['class-42', 'cdn.example/class/42/master', 'urn:class:42', '.hidden'])('says no more of an id: %s', (id) => {
  expect(unknownVideo(id).message).toBe(
    `there is no video ${id} in this library; flants status --all lists all of them`,
  );
});
