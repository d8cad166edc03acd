import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';

const read = (path: string): string => readFileSync(join(projectFolder, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
};

describe('the image', () => {
  const dockerfile = read('Dockerfile');

  it('has the Node that tests run on', () => {
    expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${manifest.devDependencies['node']}-bookworm-slim\n`);
  });

  it('is labelled with the version of the package', () => {
    expect(dockerfile).toContain(`ARG VERSION=${manifest.version}\n`);
  });

  it('runs as a user of its own, and is stopped and asked as the command expects', () => {
    expect(dockerfile).toMatch(/^USER 65532:65532$/m);
    expect(dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .* CMD \["flants", "health"\]$/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["flants"\]$/m);
  });
});
