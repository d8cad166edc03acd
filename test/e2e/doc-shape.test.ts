import { describe, expect, it } from 'vitest';
import { firstMisfit, shapeOf } from './doc-shape.ts';

describe('the shape of an output', () => {
  it('leaves out times, rates and names of states, and keeps counts and sizes', () => {
    expect(shapeOf('This run: 8 copied (264 KiB), in 1 min 3.3 s, 80.0 KiB/s')).toBe(
      shapeOf('This run: 8 copied (264 KiB), in 12 s, 1.25 MiB/s'),
    );
    expect(shapeOf('State: /home/me/.local/state/flants/media-vod-e7b96d85')).toBe(
      shapeOf('State: /home/me/.local/state/flants/other-0a'),
    );
    expect(shapeOf('8 files: 8 there (264 KiB)')).not.toBe(shapeOf('8 files: 7 there (264 KiB)'));
  });

  it('fits whatever the order in which videos are published', () => {
    expect(
      firstMisfit(['a: published', 'b: published', 'end'], ['b: published', 'a: published', 'end']),
    ).toBeUndefined();
    expect(firstMisfit(['a: published', 'b: published', 'end'], ['b: published', 'end'])).toContain('VIDEO: published');
  });

  it('fits any text in place of an ellipsis, in a line or for lines', () => {
    expect(firstMisfit(['one', '…', 'last: …, (it)'], ['one', 'two', 'three', 'last: 4, (it)'])).toBeUndefined();
    expect(firstMisfit(['one', '…', 'four'], ['one', 'two'])).toBe('missing: four');
    expect(firstMisfit(['one', '…'], ['one', 'two'])).toBeUndefined();
  });

  it('misses what is not said, and what is not shown', () => {
    expect(firstMisfit(['one', 'two'], ['one'])).toContain('two');
    expect(firstMisfit(['one'], ['one', 'two'])).toBe('not shown: two');
  });
});
