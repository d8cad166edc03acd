import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';
import { migrations } from '../../src/state/schema.ts';
import { chargeOf, failureCodes, failureWith } from '../../src/domain/failure.ts';

describe('docs/architecture.md', async () => {
  const page = await readFile(join(projectFolder, 'docs', 'architecture.md'), 'utf8');

  it('has each code in the row of its charge, and none that does not exist', () => {
    const rows = page.matchAll(/^\| `(try|wait|renew|recrawl|halt|final)` \| (.*?) \|/gm);
    const charges = new Map<string, string>();
    for (const [, charge = '', codes = ''] of rows)
      for (const [, code = ''] of codes.matchAll(/`([^`]+)`/g)) charges.set(code, charge);
    const nameOf = (code: string): string => (charges.has(code) ? code : `${code.split('.', 1)[0]}.*`);
    expect(failureCodes.filter((code) => charges.get(nameOf(code)) !== chargeOf(failureWith(code, '')))).toEqual([]);
    expect([...charges.keys()].toSorted()).toEqual([...new Set(failureCodes.map(nameOf))].toSorted());
  });

  it('lists each table of the state file', () => {
    const section = page.slice(page.indexOf('## The state file'), page.indexOf('## Failures'));
    const listed = [...section.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = '']) => names.split(', '));
    const tables = [...migrations.join('\n').matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => `\`${name}\``);
    expect(listed.toSorted()).toEqual(tables.toSorted());
  });
});
