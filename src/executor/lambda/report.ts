/** What the service bills for one invocation. */
export interface Billing {
  readonly billedMs: number;
  readonly memoryMb: number;
}

/**
 * Reads the report that ends an invocation's log, as text or as JSON. Undefined where there is none, as at the
 * emulator's.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export function readBilling(log: string): Billing | undefined {
  const text = /^REPORT .*Billed Duration: (\d+) ms\s+Memory Size: (\d+) MB/m.exec(log);
  const json = /"type":\s*"platform\.report".*/.exec(log)?.[0] ?? '';
  const billedMs = Number(text?.[1] ?? /"billedDurationMs":\s*(\d+)/.exec(json)?.[1]);
  const memoryMb = Number(text?.[2] ?? /"memorySizeMB":\s*(\d+)/.exec(json)?.[1]);
  return billedMs > 0 && memoryMb > 0 ? { billedMs, memoryMb } : undefined;
}
