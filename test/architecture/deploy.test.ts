import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectFolder } from '../../scripts/run-command.ts';
import { clusterVerbs } from '../../src/config/registry/cluster-verbs.ts';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly stop_grace_period?: string;
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly deploy?: {
    readonly resources?: { readonly limits?: object };
    readonly restart_policy?: object;
    readonly placement?: object;
    readonly update_config?: { readonly failure_action: string };
  };
}

const text = (path: string): string => readFileSync(join(projectFolder, 'deploy', path), 'utf8');
const servicesOf = (path: string): readonly (readonly [string, Service])[] =>
  Object.entries((parse(text(path), { merge: true }) as { readonly services: Record<string, Service> }).services);
const isOurs = ([name]: readonly [string, Service]): boolean => name in clusterVerbs;
const seconds = (duration: string | undefined): number => Number(/^(\d+)s$/.exec(duration ?? '')?.[1]);

describe.each(['compose.yml', 'stack.yml', 'try/stack.yml'])('deploy/%s', (path) => {
  const services = servicesOf(path);

  it('names images with their versions', () => {
    expect(services).not.toEqual([]);
    for (const [name, { image }] of services) {
      expect(image, name).not.toContain(':latest');
      if (!image.startsWith('${')) expect(image, name).toMatch(/:v?\d+\.\d+\.\d+/);
    }
  });

  it('lets roles write nowhere and do nothing that a kernel guards', () => {
    for (const [name, service] of services.filter(isOurs)) {
      expect(service.read_only, name).toBe(true);
      expect(service.cap_drop, name).toEqual(['ALL']);
    }
  });
});

describe('the stack', () => {
  const services = servicesOf('stack.yml');
  const grace = seconds((JSON.parse(text('flants.json')) as { readonly grace: string }).grace);

  it('has every role', () => {
    const ours = services.filter(isOurs).map(([name, { command = [] }]) => [name, command[0]]);
    expect(ours).toEqual(['scanner', 'crawler', 'transfer', 'aggregator'].map((role) => [role, role]));
  });

  it('gives roles longer to stop than they take', () => {
    for (const [name, service] of services.filter(isOurs))
      expect(seconds(service.stop_grace_period), name).toBeGreaterThan(grace);
  });

  it('bounds, starts again and takes back each service', () => {
    for (const [name, { deploy }] of services) {
      expect(deploy?.resources?.limits, name).toBeDefined();
      expect(deploy?.restart_policy, name).toBeDefined();
      expect(deploy?.placement, name).toBeDefined();
      expect(deploy?.update_config?.failure_action, name).toBe('rollback');
    }
  });

  it('hands out secrets as files alone', () => {
    for (const [name, { environment = {}, secrets = [] }] of services.filter(isOurs)) {
      expect(secrets, name).toContain('redis_url');
      expect(Object.keys(environment), name).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(?:FLANTS_REDIS|FLANTS_TOKEN|AWS_SECRET_ACCESS_KEY)$/)]),
      );
    }
  });
});
