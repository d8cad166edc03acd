import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { apiPath } from '../api/client.ts';
import type { Cause, LiveSnapshot } from '../api/contract.ts';
import { useLive, useLiveVideo } from '../live/use-live.ts';
import { videoAddress } from '../views/addresses.ts';
import { ActionButton } from './action-button.tsx';
import { formatBytes, formatCount, formatCounted, formatDuration } from '../../../src/domain/report/amount-text.ts';
import { codeText } from '../../../src/domain/report/code-text.ts';
import { formatInstant } from './format.ts';

const shownBatches = 12;

/** What failed, what is under way, and who does it. */
export function Aside(): ReactNode {
  const causes = useLive((now) => now.causes) ?? [];
  const batches = useLive((now) => now.batches) ?? [];
  const queues = useLive((now) => now.queues) ?? [];
  const services = useLive((now) => now.services) ?? [];
  const cost = useLive((now) => now.cost);
  const budget = useLive((now) => now.budget);
  const scanFailed = useLive((now) => now.scanFailed);
  return (
    <div className="aside">
      {scanFailed ? (
        <Section title="Catalogue" isEmpty={false} otherwise="">
          <li>
            <span className="failed">✕ scans fail since {formatInstant(scanFailed.since)}</span>
            <span className="more message">
              {scanFailed.catalogue}, last at {formatInstant(scanFailed.at)}: {scanFailed.failure.message}. New videos
              are not found until one succeeds.
            </span>
          </li>
        </Section>
      ) : null}
      <Section title="Failures" isEmpty={causes.length === 0} otherwise="Nothing has failed.">
        {causes.map((cause) => (
          <CauseLine key={cause.code} cause={cause} />
        ))}
      </Section>
      <Section
        title={
          batches.length === 0
            ? 'In flight'
            : `In flight · ${formatCounted(batches.length, 'batch').replace('batchs', 'batches')}`
        }
        isEmpty={batches.length === 0}
        otherwise="No batch is under way."
      >
        {batches.slice(0, shownBatches).map((batch) => (
          <BatchLine key={batch.id} batch={batch} />
        ))}
        {batches.length > shownBatches ? (
          <li className="faint">and {formatCount(batches.length - shownBatches)} more</li>
        ) : null}
      </Section>
      {queues.length > 0 ? (
        <Section title="Queues" isEmpty={false} otherwise="">
          {queues.map(({ name, waiting, active, delayed }) => (
            <li key={name}>
              <span>{name}</span>
              <span>
                {formatCount(active)} active, {formatCount(waiting)} waiting
                {delayed > 0 ? `, ${formatCount(delayed)} later` : ''}
              </span>
            </li>
          ))}
        </Section>
      ) : null}
      <Section title="Services" isEmpty={services.length === 0} otherwise="No service has been heard of.">
        {services.map(({ name, id, version, since, halted }) => (
          <li key={id}>
            <span>{name}</span>
            <span className="faint">{version}</span>
            <span className="more">
              {id}, since {formatInstant(since)}
            </span>
            {halted ? <span className="more message failed">✕ cannot continue: {halted.message}</span> : null}
          </li>
        ))}
      </Section>
      {budget ? (
        <Section title="Budget" isEmpty={false} otherwise="">
          <li>
            <span>{budget.reached === undefined ? 'Spent so far' : 'Spent: nothing more is started'}</span>
            <span>{spentText(budget)}</span>
            <span className="more">{limitText(budget)}</span>
          </li>
        </Section>
      ) : null}
      {cost ? (
        <Section title="Cost" isEmpty={false} otherwise="">
          <li>
            <span>Lambda so far</span>
            <span>${cost.usd.toFixed(2)}</span>
            <span className="more">
              {formatCounted(cost.requests, 'request')}, {formatCount(cost.gigabyteSeconds)} GB-seconds
            </span>
          </li>
        </Section>
      ) : null}
    </div>
  );
}

type Budget = NonNullable<LiveSnapshot['budget']>;

/** The amount that a limit is for: the one that is reached, or the first. */
function measureOf({ budget, reached }: Budget): 'files' | 'bytes' | 'dollars' {
  return reached ?? (budget.files !== undefined ? 'files' : budget.bytes !== undefined ? 'bytes' : 'dollars');
}

const amountTexts = {
  files: (amount: number) => formatCounted(amount, 'file'),
  bytes: formatBytes,
  dollars: (amount: number) => `$${amount.toFixed(2)}`,
} as const;

function spentText(report: Budget): string {
  const measure = measureOf(report);
  return amountTexts[measure](report.spent[measure]);
}

/** Each limit, or what else was spent where there is none. */
function limitText({ budget, spent, pricesAt }: Budget): string {
  const limits = (['files', 'bytes', 'dollars'] as const).flatMap((each) => {
    const limit = budget[each];
    return limit === undefined ? [] : [`${amountTexts[each](spent[each])} of ${amountTexts[each](limit)}`];
  });
  const all = limits.length > 0 ? limits : [`${formatBytes(spent.bytes)}, ${formatCounted(spent.files, 'file')}`];
  return `${all.join(', ')}; prices of ${pricesAt}`;
}

function Section({
  title,
  isEmpty,
  otherwise,
  children,
}: {
  readonly title: string;
  readonly isEmpty: boolean;
  readonly otherwise: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {isEmpty ? <p className="faint">{otherwise}</p> : <ul className="lines">{children}</ul>}
    </section>
  );
}

function CauseLine({ cause }: { readonly cause: Cause }): ReactNode {
  const { code, files, videos, example } = cause;
  return (
    <li>
      <span>
        <span className="failed">✕ {files > 0 ? formatCounted(files, 'file') : formatCounted(videos, 'video')}</span>{' '}
        {codeText(code)}
      </span>
      <ActionButton
        action={{ path: apiPath('retry'), body: { failedBy: code } }}
        label={`Retry all that failed: ${codeText(code)}`}
      >
        Retry
      </ActionButton>
      <span className="more message">
        {files > 0 ? `in ${formatCounted(videos, 'video')}, ` : ''}such as{' '}
        <Link href={videoAddress(example.video)}>{example.key ?? example.video}</Link>: {example.failure.message}
      </span>
    </li>
  );
}

function BatchLine({ batch }: { readonly batch: LiveSnapshot['batches'][number] }): ReactNode {
  const at = useLive((now) => now.at) ?? batch.since;
  const title = useLiveVideo(batch.video)?.title ?? batch.video;
  return (
    <li>
      <Link href={videoAddress(batch.video)} className="wrap">
        {title}
      </Link>
      <span>{formatDuration(at - batch.since)}</span>
      <span className="more">
        {formatCounted(batch.files, 'file')}
        {batch.worker === undefined ? '' : ` at ${batch.worker}`}
        {batch.throttled ? <span className="moving">, throttled</span> : null}
      </span>
    </li>
  );
}
