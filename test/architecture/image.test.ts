import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder, runCommand } from '../../scripts/run-command.ts';

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

  it('is built of what .dockerignore lets through', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flants-context-'));
    try {
      const parts = read('.dockerignore')
        .split('\n')
        .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
      const isLetThrough = (path: string): boolean => !/\/(?:node_modules|dist)$|\.test\.ts$/.test(path);
      for (const part of parts) {
        if (existsSync(join(projectFolder, part)))
          await cp(join(projectFolder, part), join(folder, part), { recursive: true, filter: isLetThrough });
      }
      await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
      const { code, stderr } = await runCommand(process.execPath, ['scripts/build.ts'], { cwd: folder });
      expect(code, stderr).toBe(0);
      const { stdout } = await runCommand(process.execPath, ['bin/flants.js', 'health'], { cwd: folder });
      expect(stdout).toContain('nothing to check');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
