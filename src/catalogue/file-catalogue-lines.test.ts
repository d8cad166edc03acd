import { expect, it } from 'vitest';
import fc from 'fast-check';
import { linesOf } from './file-catalogue-lines.ts';

async function textsOf(chunks: readonly string[], maxLineBytes = 1000): Promise<(string | undefined)[]> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const texts: (string | undefined)[] = [];
  for await (const line of linesOf(stream(), maxLineBytes)) {
    expect(line.number).toBe(texts.length + 1);
    texts.push(line.bytes && Buffer.from(line.bytes).toString());
  }
  return texts;
}

it('gives each line once, wherever the chunks end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string()),
      fc.array(fc.constantFrom('a', '\n', 'bc\n', '\n\n', ''), { maxLength: 30 }),
      async (words, parts) => {
        const chunks = [...words, ...parts];
        const expected = chunks.join('').split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(await textsOf(chunks)).toEqual(expected);
      },
    ),
  );
});

it('lets go of a line that is too long, and finds the next one', async () => {
  expect(await textsOf(['abc', 'def', 'g\nhi', '\n', 'abcdef\n'], 6)).toEqual([undefined, 'hi', 'abcdef']);
});
