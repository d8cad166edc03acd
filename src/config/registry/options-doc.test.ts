import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generatedDocs } from '../../../scripts/options-doc.ts';

it.each([...generatedDocs()])('%s is what scripts/make-docs.ts makes of the registry', (path, text) => {
  const there = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  if (path.endsWith('.json')) expect(JSON.parse(there)).toEqual(JSON.parse(text));
  else expect(there).toBe(text);
});
