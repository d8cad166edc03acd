import { countOf } from '../../domain/report/finding.ts';
import type { DoctorReport, Finding, FindingLevel } from '../../domain/report/finding.ts';
import { oneLine } from '../../telemetry/logger.ts';
import { formatCounted } from '../../domain/report/amount-text.ts';

const words: Readonly<Record<FindingLevel, string>> = {
  ok: 'ok',
  unknown: '?',
  warning: 'WARNING',
  fault: 'FAULT',
};

/** Renders the result of `doctor` for people. Lines joined by line breaks, with one at the end. */
export function renderDoctor({ findings }: DoctorReport): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return [...findings.flatMap((finding) => linesOf(finding, width)), verdictOf(findings), ''].join('\n');
}

function linesOf({ check, subject, level, message, mend }: Finding, width: number): readonly string[] {
  const indent = ' '.repeat(width + 11);
  // A failure of a request names its object by itself.
  const place = subject === undefined || message.includes(subject) ? '' : `${subject}: `;
  return [
    `${check.padEnd(width)}  ${words[level].padEnd(7)}  ${oneLine(place + message)}`,
    ...(mend === undefined ? [] : [`${indent}-> ${oneLine(mend)}`]),
  ];
}

function verdictOf(findings: readonly Finding[]): string {
  const [faults, warnings] = [countOf('fault', findings), countOf('warning', findings)];
  if (faults + warnings === 0) return 'Everything is in order.';
  const named = [
    ...(faults > 0 ? [formatCounted(faults, 'fault')] : []),
    ...(warnings > 0 ? [formatCounted(warnings, 'warning')] : []),
  ];
  return `${named.join(', ')}. Each shows how to fix it.`;
}
