import { describe, expect, it } from 'vitest';
import { readBilling } from './report.ts';

describe('the report at the end of a log', () => {
  it('is read as text and as JSON', () => {
    const text =
      'START RequestId: 2489 Version: $LATEST\nEND RequestId: 2489\nREPORT RequestId: 2489\tDuration: 131.01 ms\tBilled Duration: 132 ms\tMemory Size: 512 MB\tMax Memory Used: 99 MB\t\n';
    expect(readBilling(text)).toEqual({ billedMs: 132, memoryMb: 512 });
    const json =
      '{"time":"2026-11-29T00:00:00Z","type":"platform.report","record":{"requestId":"2489","metrics":{"durationMs":101.5,"billedDurationMs":102,"memorySizeMB":1769,"maxMemoryUsedMB":80},"status":"success"}}\n';
    expect(readBilling(`{"msg":"x"}\n${json}`)).toEqual({ billedMs: 102, memoryMb: 1769 });
  });

  it('may be missing', () => {
    expect(readBilling('')).toBeUndefined();
    expect(readBilling('said by somebody')).toBeUndefined();
  });
});
