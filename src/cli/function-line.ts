import type { FunctionCost } from '../domain/cost/function-use.ts';
import { formatCount, formatCounted, formatDollars } from '../domain/report/amount-text.ts';

/** What functions of AWS Lambda were used for, and what that cost. */
export function functionLine(what: string, functions: FunctionCost): string {
  const { invocations, died, throttled, gbSeconds, puts, dollars, prices } = functions;
  const ended = [
    ...(died > 0 ? [`${formatCount(died)} died`] : []),
    ...(throttled > 0 ? [`${formatCount(throttled)} throttled`] : []),
  ];
  const used = [
    `${formatCounted(invocations, 'invocation')}${ended.length > 0 ? ` (${ended.join(', ')})` : ''}`,
    `${formatCount(gbSeconds)} GB-seconds`,
    formatCounted(puts, 'PUT'),
  ];
  return `${what}: ${used.join(', ')}: about ${formatDollars(dollars)} by the prices of ${prices.at}`;
}
