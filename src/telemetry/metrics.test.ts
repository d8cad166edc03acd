import { describe, expect, it } from 'vitest';
import { emptyTotals } from '../domain/report/totals.ts';
import { createMetrics, createProcessMetrics } from './metrics.ts';

async function linesOf(metrics: { text(): Promise<string> }): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith('flants_'));
}

describe('metrics', () => {
  it('count files by outcome, and the bytes of those that were copied', async () => {
    const metrics = createMetrics('transfer');
    metrics.file('copied', 1_000);
    metrics.file('copied', 500);
    metrics.file('unchanged');
    metrics.file('failed');
    expect(await linesOf(metrics)).toEqual(
      expect.arrayContaining([
        'flants_files_total{outcome="copied",role="transfer"} 2',
        'flants_files_total{outcome="unchanged",role="transfer"} 1',
        'flants_files_total{outcome="failed",role="transfer"} 1',
        'flants_bytes_total{role="transfer"} 1500',
      ]),
    );
  });

  it('tell how batches ended and how long they took', async () => {
    const metrics = createMetrics('transfer');
    metrics.batch('finished', 2_000);
    metrics.batch('worker-lost', 40_000);
    expect(await linesOf(metrics)).toEqual(
      expect.arrayContaining([
        'flants_batches_total{end="finished",role="transfer"} 1',
        'flants_batches_total{end="worker-lost",role="transfer"} 1',
        'flants_batch_duration_seconds_bucket{le="2.5",role="transfer"} 1',
        'flants_batch_duration_seconds_sum{role="transfer"} 42',
      ]),
    );
  });

  it('show what was set last', async () => {
    const metrics = createMetrics('aggregator');
    metrics.queueDepth('batches', 7);
    metrics.queueDepth('batches', 3);
    metrics.videos({ ...emptyTotals().videos, copying: 5 });
    metrics.halted(true);
    expect(await linesOf(metrics)).toEqual(
      expect.arrayContaining([
        'flants_queue_jobs{queue="batches",role="aggregator"} 3',
        'flants_videos{state="copying",role="aggregator"} 5',
        'flants_videos{state="invalid",role="aggregator"} 0',
        'flants_halted{role="aggregator"} 1',
      ]),
    );
  });

  it('of two services in one process do not meet', async () => {
    const [one, other] = [createMetrics('crawler'), createMetrics('transfer')];
    one.crawl('planned');
    expect(await linesOf(one)).toContain('flants_crawls_total{result="planned",role="crawler"} 1');
    expect((await other.text()).includes('result="planned"')).toBe(false);
  });

  it('of several roles of one process are told apart, under one heading each', async () => {
    const metrics = createProcessMetrics('coordinator');
    const [scanner, crawler] = [metrics.of('scanner'), metrics.of('crawler')];
    crawler.crawl('planned');
    crawler.halted(true);
    scanner.queueDepth('scans', 1);
    expect(await linesOf(metrics)).toEqual(
      expect.arrayContaining([
        'flants_crawls_total{result="planned",role="crawler"} 1',
        'flants_halted{role="crawler"} 1',
        'flants_halted{role="scanner"} 0',
        'flants_queue_jobs{queue="scans",role="scanner"} 1',
        'flants_bytes_total{role="scanner"} 0',
      ]),
    );
    const text = await metrics.text();
    expect(text.match(/^# TYPE flants_halted /gm)).toHaveLength(1);
    expect(text).toContain('process_resident_memory_bytes{role="coordinator"}');
  });

  it('have those of the process among them', async () => {
    expect(await createMetrics('crawler').text()).toContain('process_resident_memory_bytes{role="crawler"}');
  });
});
