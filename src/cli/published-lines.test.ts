import { describe, expect, it } from 'vitest';
import { createPublishedLines } from './published-lines.ts';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

function told(each: boolean, videos: number, perSecond: number): readonly string[] {
  const lines = createPublishedLines(each);
  const printed = Array.from({ length: videos }, (_, index) =>
    lines.add({ type: 'video', at: at(index / perSecond), video: `class-${index + 1}`, state: 'published' }),
  );
  return [...printed, lines.rest()].filter((line) => line !== undefined);
}

describe('videos that are published', () => {
  it('have a line each while they are few', () => {
    expect(told(false, 3, 1)).toEqual(['class-1: published', 'class-2: published', 'class-3: published']);
  });

  it('have a line each for those who ask', () => {
    expect(told(true, 5000, 100)).toHaveLength(5000);
  });

  it('share one in ten seconds, and have one at the end', () => {
    const lines = told(false, 5000, 100);
    expect(lines).toHaveLength(10 + 4 + 1);
    expect(lines[10]).toBe('published: 1,000 videos, the latest class-1010; 1,010 in all');
    expect(lines.at(-1)).toBe('published: 990 videos, the latest class-5000; 5,000 in all');
  });

  it('are told in time, also when no further one comes', () => {
    const lines = createPublishedLines(false);
    for (let index = 0; index < 11; index++)
      lines.add({ type: 'video', at: at(0), video: `v${index}`, state: 'published' });
    expect(lines.due(at(9))).toBeUndefined();
    expect(lines.due(at(10))).toBe('published: v10; 11 in all');
    expect(lines.due(at(30))).toBeUndefined();
    expect(lines.rest()).toBeUndefined();
  });
});
