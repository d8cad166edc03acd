import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedDocs } from './options-doc.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const [path, text] of generatedDocs()) {
  writeFileSync(`${root}${path}`, text);
  console.log(path);
}
execFileSync(`${root}node_modules/.bin/oxfmt`, ['docs'], { cwd: root, stdio: 'inherit' });
