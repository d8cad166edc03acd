import type { CellSource } from '../field/cell-source.ts';
import { onNextFrame } from '../field/frames.ts';
import { mountField } from '../field/mount-field.ts';
import { coloursChanged, mayMove } from '../field/theme.ts';
import { formatBytes, formatCount, formatCounted, formatDuration } from '../../../src/domain/report/amount-text.ts';
import { formatPercent } from '../parts/format.ts';
import type { Replay } from '../api/contract.ts';
import { drawRates } from './draw-rates.ts';
import { createActor, ratesOf, settledByStep, sumsOf } from './scene.ts';
import type { Actor } from './scene.ts';

/** A run takes this long, however long it took. */
const playMs = 30_000;
const fieldHeight = 120;

/** Shows a replay in an element, and plays it, unless the reader wants things to stand still. */
export function playReplay(root: HTMLElement, replay: Replay): void {
  const actors = replay.videos.map((video) => createActor(video, replay.steps - 1));
  const total = actors.reduce((sum, actor) => sum + actor.total, 0);
  const settled = settledByStep(replay);
  const stepMs = replay.durationMs / replay.steps;
  const filesPerSecond = ratesOf(settled, stepMs);
  const bytesPerSecond = ratesOf(sumsOf(replay.bytes), stepMs);
  const page = buildPage(root, replay);

  let step = 0;
  let isPlaying = false;
  let lastFrame: number | undefined;
  const fields = showFields(page.videos, actors, () => step);

  const draw = (): void => {
    const at = Math.min(replay.steps - 1, Math.floor(step));
    const done = step < 0.5 ? 0 : (settled[at] ?? 0);
    page.share.textContent = formatPercent(done, total);
    page.clock.textContent = formatDuration(step * stepMs);
    page.rate.textContent = formatCount(filesPerSecond[at] ?? 0);
    page.bytes.textContent = formatBytes(bytesPerSecond[at] ?? 0);
    page.counts.textContent = `${formatCount(done)} of ${formatCounted(total, 'file')}, ${formatCounted(actors.length, 'video')}`;
    page.scrubber.value = String(step);
    page.scrubber.ariaValueText = `${formatDuration(step * stepMs)} of ${formatDuration(replay.durationMs)}`;
    drawRates(page.chart, filesPerSecond, step / replay.steps);
    for (const tell of fields) tell();
  };
  const frame = (now: number): boolean => {
    if (!isPlaying) return false;
    step = Math.min(replay.steps, step + ((now - (lastFrame ?? now)) / playMs) * replay.steps);
    lastFrame = now;
    if (step >= replay.steps) play(false);
    draw();
    return isPlaying;
  };
  const play = (next: boolean): void => {
    isPlaying = next;
    lastFrame = undefined;
    page.button.textContent = next ? 'Pause' : step >= replay.steps ? 'Again' : 'Play';
    if (next && step >= replay.steps) step = 0;
    if (next) onNextFrame(frame);
  };

  page.button.addEventListener('click', () => play(!isPlaying));
  page.scrubber.addEventListener('input', () => {
    step = Number(page.scrubber.value);
    if (!isPlaying) play(false);
    draw();
  });
  for (const query of ['(prefers-color-scheme: dark)']) {
    matchMedia(query).addEventListener('change', () => {
      document.dispatchEvent(new Event(coloursChanged));
      draw();
    });
  }
  addEventListener('resize', draw);
  draw();
  play(mayMove());
}

interface ReplayPage {
  readonly share: HTMLElement;
  readonly clock: HTMLElement;
  readonly rate: HTMLElement;
  readonly bytes: HTMLElement;
  readonly counts: HTMLElement;
  readonly chart: HTMLCanvasElement;
  readonly button: HTMLButtonElement;
  readonly scrubber: HTMLInputElement;
  readonly videos: HTMLElement;
}

function buildPage(root: HTMLElement, replay: Replay): ReplayPage {
  root.innerHTML = `
    <header class="replay-head">
      <h1 class="hidden">A transfer, replayed</h1>
      <div class="headline">
        <div>
          <p class="share"><span data-part="share"></span><small>%</small></p>
          <p class="said"><span data-part="counts"></span></p>
        </div>
        <div>
          <dl class="rates">
            <div><dt>Clock</dt><dd data-part="clock"></dd></div>
            <div><dt>Files a second</dt><dd data-part="rate"></dd></div>
            <div><dt>Bytes a second</dt><dd data-part="bytes"></dd></div>
          </dl>
          <canvas data-part="chart" aria-hidden="true"></canvas>
        </div>
      </div>
      <div class="controls">
        <button type="button" data-part="button"></button>
        <input type="range" min="0" step="any" aria-label="Moment of the transfer" data-part="scrubber" />
      </div>
    </header>
    <section aria-label="Videos" data-part="videos"></section>`;
  const part = <T extends HTMLElement>(name: string): T => {
    const found = root.querySelector<T>(`[data-part="${name}"]`);
    if (!found) throw new Error(`the page has no ${name}`);
    return found;
  };
  const scrubber = part<HTMLInputElement>('scrubber');
  scrubber.max = String(replay.steps);
  return {
    share: part('share'),
    clock: part('clock'),
    rate: part('rate'),
    bytes: part('bytes'),
    counts: part('counts'),
    chart: part<HTMLCanvasElement>('chart'),
    button: part<HTMLButtonElement>('button'),
    scrubber,
    videos: part('videos'),
  };
}

/** Mounts the fields. @returns for each, what tells it that the step is another */
function showFields(parent: HTMLElement, actors: readonly Actor[], step: () => number): readonly (() => void)[] {
  const visible = new Set<Element>();
  const tells = new Map<Element, () => void>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) visible.delete(target);
        else {
          visible.add(target);
          tells.get(target)?.();
        }
      }
    },
    { rootMargin: '300px' },
  );
  return actors.map((actor) => {
    const article = document.createElement('article');
    article.className = 'video';
    article.innerHTML =
      '<p class="video-line"><span class="title"></span><span class="counts"></span></p><div class="field" role="img"></div>';
    const [title, counts, frame] = article.querySelectorAll<HTMLElement>('.title, .counts, .field');
    parent.append(article);
    if (!title || !counts || !frame) return () => undefined;
    title.textContent = actor.title;
    counts.textContent = formatCounted(actor.total, 'file');
    frame.ariaLabel = `Files of ${actor.title}`;
    let tell = (): void => undefined;
    const source: CellSource = {
      total: actor.total,
      cells: () => actor.cellsAt(step()),
      subscribe(listener) {
        tell = listener;
        return () => undefined;
      },
    };
    mountField(frame, source, fieldHeight);
    observer.observe(article);
    tells.set(article, () => tell());
    return () => {
      if (visible.has(article)) tell();
    };
  });
}
