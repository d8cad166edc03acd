import type { Estimate } from '../../domain/cost/estimate.ts';
import type { Cause, PlanReport } from '../../domain/report/plan.ts';
import type { Bill, CostLine } from '../../domain/cost/bill.ts';
import type { Duration } from '../../domain/cost/duration.ts';
import { second } from '../../domain/units.ts';
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatDollars,
  formatDuration,
} from '../../domain/report/amount-text.ts';
import { section } from '../list-lines.ts';

/** Renders a plan for people. Lines joined by line breaks, with one at the end. */
export function renderPlan(report: PlanReport): string {
  const { destination, interrupted, warned } = report;
  const lines = [
    `Plan of a copy${destination === undefined ? '' : ` to ${destination}`}: nothing was written.`,
    ...(interrupted ? ['It was stopped: what follows is of what had been read by then.'] : []),
    ...sampleLines(report),
    ...countLines(report),
    ...section('Hosts', report.hosts.map(hostText), more),
    ...section('Below the destination', report.prefixes.map(prefixText), more),
    ...section('Largest files', report.largest.map(largeText), more),
    ...section('Refused', report.refused.map(causeText), more),
    ...section('Rows refused', report.refusedRows.map(causeText), more),
    ...section(
      'Stays outside the copy',
      report.outside.map(({ reason, count, example }) => `${formatCount(count)}: ${reason}, such as ${example}`),
      more,
    ),
    ...(warned > 0 ? [`${formatCounted(warned, 'video')} with warnings: a copy and its --dry-run tell them`] : []),
    ...costLines(report),
    ...hourLines(report),
  ];
  return `${lines.join('\n')}\n`;
}

const more = '--json has all';

function sampleLines({ sample }: PlanReport): readonly string[] {
  const { videos, ofVideos, files, ofFiles, unanswered, unsized } = sample;
  const rests = [
    ...(videos < ofVideos ? [`the playlists of ${formatCount(videos)} of ${formatCounted(ofVideos, 'video')}`] : []),
    ...(files < ofFiles ? [`${formatCounted(files, 'size')} of ${formatCount(ofFiles)}`] : []),
  ];
  return [
    ...(rests.length === 0
      ? []
      : [`It rests on ${rests.join(' and ')}, taken at random (seed ${sample.seed}); ± holds in 95 of 100 cases.`]),
    ...section('Sizes not told', unanswered.map(causeText), more),
    ...(unsized > 0 ? [`Of ${formatCounted(unsized, 'file')} no size is known: they are in no sum of bytes.`] : []),
  ];
}

const stateNames = {
  published: 'published',
  live: 'not over yet',
  held: 'paused or cancelled',
  refused: 'refused',
} as const;

function countLines(report: PlanReport): readonly string[] {
  const { videos, files, sizeBytes, documents, requests, inParts } = report;
  const states = [
    `${estimateText(videos.toCopy)} to copy`,
    ...(['published', 'live', 'held', 'refused'] as const)
      .filter((state) => videos[state].value > 0)
      .map((state) => `${estimateText(videos[state])} ${stateNames[state]}`),
  ];
  const fileStates = [
    `${estimateText(files.there)} there`,
    ...(files.accepted.value > 0 ? [`${estimateText(files.accepted)} accepted as missing`] : []),
    ...(files.held.value > 0 ? [`${estimateText(files.held)} in held videos`] : []),
    `${estimateText(files.toCopy)} to copy`,
  ];
  return [
    `Videos     ${formatCount(videos.total)}: ${states.join(', ')}`,
    `Files      ${estimateText(files.total)}: ${fileStates.join(', ')}`,
    ...(files.objects.value < files.toCopy.value
      ? [`Objects    ${estimateText(files.objects)}: some videos share files`]
      : []),
    `Bytes      ${estimateText(sizeBytes, formatBytes)}`,
    `Playlists  ${estimateText(documents)} to publish`,
    `Requests   ${estimateText(requests.get)} GET, ${estimateText(requests.put)} PUT, ${estimateText(requests.head)} HEAD, ${estimateText(requests.list)} LIST`,
    ...(inParts.objects.value > 0
      ? [`In parts   ${estimateText(inParts.objects)} larger than ${formatBytes(inParts.aboveBytes)}`]
      : []),
  ];
}

function costLines({ cost }: PlanReport): readonly string[] {
  if (!cost) return [];
  const { machine, lambda, hasEgress, monthly } = cost;
  const prices = new Set(
    (lambda ?? machine).lines.map(({ at, source }) => (at === undefined ? source : `${at}, ${source}`)),
  );
  return [
    ...billLines('Dollars, copied by this machine', machine),
    ...(lambda ? billLines('Dollars, copied by functions', lambda) : []),
    ...(hasEgress ? [] : ['  without what the old home asks for each gigabyte: --egress-price DOLLARS']),
    ...(monthly ? [`Then, each month: ${lineText(monthly)}`] : []),
    ...[...prices].map((price) => `  prices: ${price}`),
  ];
}

function billLines(title: string, { lines, dollars, error }: Bill): readonly string[] {
  return [`${title}: ${dollarText(dollars, error)}`, ...lines.map((line) => `  ${lineText(line)}`)];
}

function lineText({ what, quantity, unit, unitPrice, dollars, error }: CostLine): string {
  const amount = quantity >= 100 ? formatCount(quantity) : String(Number(quantity.toPrecision(3)));
  return `${what}: ${amount} ${unit} at $${unitPrice}: ${dollarText(dollars, error)}`;
}

function dollarText(dollars: number, error: number): string {
  return `${formatDollars(dollars)}${error < 0.005 ? '' : ` ± ${formatDollars(error)}`}`;
}

function hourLines({ hours }: PlanReport): readonly string[] {
  if (!hours) return [];
  const { machine, lambda } = hours;
  return [
    ...durationLines('Time, by this machine', machine),
    ...(lambda ? durationLines(`Time, by ${formatCounted(lambda.functions, 'function')} of AWS Lambda`, lambda) : []),
  ];
}

const boundNames: Readonly<Record<Duration['binds'], string>> = {
  copying: 'copying',
  latency: 'waiting for the source',
  functions: 'functions',
  ramp: 'their start',
  'put-rate': 'PUTs',
  connections: 'connections to the source',
  bandwidth: 'bandwidth',
};

/** What binds comes first; the others would allow more. */
function durationLines(title: string, { seconds, bounds }: Duration): readonly string[] {
  return [
    `${title}: at least ${formatDuration(seconds * second)}`,
    ...bounds.map(
      (bound, at) =>
        `  ${at === 0 ? 'bound by' : 'not by'} ${boundNames[bound.what]}: ${formatDuration(bound.seconds * second)} (${bound.because})`,
    ),
  ];
}

function estimateText({ value, error }: Estimate, format: (value: number) => string = formatCount): string {
  return error > 0 ? `${format(value)} ± ${format(error)}` : format(value);
}

function hostText({ host, objects, sizeBytes }: PlanReport['hosts'][number]): string {
  return `${host === '' ? 'this machine' : host}: ${formatCounted(objects, 'file')}, ${formatBytes(sizeBytes)}`;
}

function prefixText({ prefix, objects }: PlanReport['prefixes'][number]): string {
  return `${prefix === '' ? 'the root' : `${prefix}/`}: ${formatCounted(objects, 'file')}`;
}

function largeText({ video, key, sizeBytes, atLeast }: PlanReport['largest'][number]): string {
  return `${atLeast ? 'at least ' : ''}${formatBytes(sizeBytes)}: ${key} (${video})`;
}

function causeText({ code, count, example }: Cause): string {
  const where = example.id === undefined ? '' : `${example.id}: `;
  return `${formatCount(count)} [${code}], such as ${where}${example.message}`;
}
