import { oneLine } from '../telemetry/logger.ts';
import { formatCount } from '../domain/report/amount-text.ts';

const maxListed = 20;

/**
 * Lists the first few items, one per line, and counts the rest.
 *
 * @param more - where to find the rest
 */
export function listLines(items: readonly string[], more: string): readonly string[] {
  const rest = items.length - maxListed;
  return [
    ...items.slice(0, maxListed).map((item) => `  ${oneLine(item)}`),
    ...(rest > 0 ? [`  … and ${formatCount(rest)} more: ${more}`] : []),
  ];
}

/** Lists items below a heading. Empty without items. */
export function section(heading: string, items: readonly string[], more: string): readonly string[] {
  return items.length === 0 ? [] : [`${heading}:`, ...listLines(items, more)];
}
