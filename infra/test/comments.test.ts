import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

const folder = join(import.meta.dirname, '..', 'src');

it('says above each statement of a policy why it is there', () => {
  let statements = 0;
  for (const name of readdirSync(folder)) {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    for (const [at, line] of lines.entries()) {
      if (!line.includes('new PolicyStatement(')) continue;
      statements += 1;
      // Above it, or above the call that it is an argument of; a function of one statement says it at its head.
      const above = lines.slice(Math.max(0, at - 2), at).join('\n');
      assert.match(above, /\/\/ [`A-Z]|\/\*\* [A-Z]/, `${name}:${at + 1} says no reason`);
    }
  }
  assert.ok(statements >= 8);
});
