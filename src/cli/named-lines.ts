import { oneLine } from '../telemetry/logger.ts';
import { formatCount } from './format.ts';

const mostNamed = 20;

/** Names the first few, one a line, and counts the rest. */
export function namedLines(items: readonly string[], more: string): readonly string[] {
  const rest = items.length - mostNamed;
  return [
    ...items.slice(0, mostNamed).map((item) => `  ${oneLine(item)}`),
    ...(rest > 0 ? [`  … and ${formatCount(rest)} more: ${more}`] : []),
  ];
}

/** The same below a heading; nothing where there is nothing to name. */
export function section(heading: string, items: readonly string[], more: string): readonly string[] {
  return items.length === 0 ? [] : [`${heading}:`, ...namedLines(items, more)];
}
