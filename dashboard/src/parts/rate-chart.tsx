import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import uPlot from 'uplot';
import type { RateSample } from '../api/contract.ts';
import { coloursChanged, fieldColours } from '../field/theme.ts';
import { useLive, useLiveStore } from '../live/use-live.ts';
import { formatCount } from '../../../src/domain/report/amount-text.ts';
import '../style/chart.css';

const height = 150;
/** A constant enum of uPlot's, which is gone when types are stripped. */
const right = 1 as uPlot.Axis.Side;
const font = '12px Inter, sans-serif';

/** Files per second over the time that is known, up to an hour. */
export function RateChart(): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const store = useLiveStore();
  const peak = useLive(({ history }) => history.reduce((most, [, files]) => Math.max(most, files), 0)) ?? 0;

  useEffect(() => {
    const frame = element.current;
    if (!frame) return;
    let plot: uPlot | undefined;
    let shown: readonly RateSample[] = [];
    const draw = (): void => {
      plot?.destroy();
      shown = store.now()?.history ?? [];
      plot = new uPlot(optionsFor(frame.clientWidth), dataOf(shown), frame);
    };
    const update = (): void => {
      const history = store.now()?.history ?? [];
      if (history === shown) return;
      shown = history;
      plot?.setData(dataOf(history));
    };
    draw();
    const resized = new ResizeObserver(() => plot?.setSize({ width: frame.clientWidth, height }));
    resized.observe(frame);
    document.addEventListener(coloursChanged, draw);
    const unsubscribe = store.subscribe(update);
    return () => {
      unsubscribe();
      resized.disconnect();
      document.removeEventListener(coloursChanged, draw);
      plot?.destroy();
    };
  }, [store]);

  return (
    <figure>
      <figcaption className="hidden">Files per second over time, at most {formatCount(peak)}</figcaption>
      <div className="chart" ref={element} aria-hidden="true" />
    </figure>
  );
}

function dataOf(history: readonly RateSample[]): uPlot.AlignedData {
  return [history.map(([at]) => at / 1000), history.map(([, files]) => files)];
}

function optionsFor(width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const [faint, hairline] = [style.getPropertyValue('--faint'), style.getPropertyValue('--hairline')];
  const { inFlight } = fieldColours();
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 0, 0, 0],
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
    axes: [
      {
        stroke: faint,
        font,
        grid: { show: false },
        ticks: { show: false },
        space: 90,
        values: '{HH}:{mm}',
        incrs: [60, 120, 300, 600, 900, 1800, 3600],
      },
      {
        stroke: faint,
        font,
        side: right,
        size: 52,
        gap: 8,
        space: 45,
        grid: { stroke: hairline, width: 1 },
        ticks: { show: false },
        values: (_, ticks) => ticks.map((tick) => formatCount(tick)),
      },
    ],
    series: [
      {},
      {
        stroke: inFlight,
        width: 1.75,
        fill: `color-mix(in srgb, ${inFlight} 14%, transparent)`,
        points: { show: false },
      },
    ],
  };
}
