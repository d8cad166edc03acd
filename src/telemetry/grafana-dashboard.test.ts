import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { videoStates } from '../domain/video.ts';
import type { VideoState } from '../domain/video.ts';
import { createMetrics } from './metrics.ts';

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

const file = new URL('../../deploy/grafana-dashboard.json', import.meta.url);
const { panels } = JSON.parse(readFileSync(file, 'utf8')) as { readonly panels: readonly Panel[] };
/** What Prometheus adds to what it reads. */
const ownLabels = ['instance', 'le'];

async function metricsText(): Promise<string> {
  const metrics = createMetrics('aggregator');
  metrics.file('copied', 1);
  metrics.batch('finished', 1);
  metrics.crawl('planned');
  metrics.publication('published');
  metrics.queueDepth('batches', 1);
  metrics.videos(Object.fromEntries(videoStates.map((state) => [state, 1])) as Record<VideoState, number>);
  metrics.functions({ kind: 'throttled' });
  metrics.functionDollars(0);
  metrics.invalidated(1);
  metrics.halted(false);
  return metrics.text();
}

it('the Grafana dashboard asks for metrics and labels that there are, and for all of FLAnts', async () => {
  const lines = (await metricsText()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const labelsOf = new Map<string, Set<string>>();
  for (const line of lines) {
    const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})?/.exec(line) ?? [];
    const known = labelsOf.get(name) ?? new Set(ownLabels);
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    labelsOf.set(name, known);
  }
  const asked = new Set<string>();
  for (const { title, targets } of panels) {
    for (const { expr } of targets) {
      const [name = ''] = /\b(?:flants|process|nodejs)_\w+/.exec(expr) ?? [];
      const labels = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
      const filtered = [...expr.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label);
      asked.add(name.replace(/_bucket$/, ''));
      expect(labelsOf.has(name), `${title}: ${name}`).toBe(true);
      for (const label of [...labels, ...filtered]) expect(labelsOf.get(name), `${title}: ${label}`).toContain(label);
    }
  }
  const own = [...labelsOf.keys()].filter((name) => name.startsWith('flants_') && !/_(?:sum|count)$/.test(name));
  expect([...new Set(own.map((name) => name.replace(/_bucket$/, '')))].toSorted()).toEqual(
    [...asked].filter((name) => name.startsWith('flants_')).toSorted(),
  );
});

it('the panels of the Grafana dashboard do not overlap', () => {
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
});
