import type { VideoId } from '../domain/video.ts';
import { standingOf } from '../journal/first-sight.ts';
import { recallVideo } from '../journal/recall.ts';
import type { RecallPorts } from '../journal/recall.ts';

/** What the intake needs. */
export interface IntakePorts extends RecallPorts {
  /** Whether the stages behind take another video. */
  readonly hasRoom: () => Promise<boolean>;
  /** Gives a video its next step. */
  readonly moveOn: (video: VideoId) => Promise<void>;
}

/** How far an intake came. */
export interface Intake {
  /** Videos that the ledger did not know, and knows now. */
  readonly admitted: number;
  /** Every video was seen. */
  readonly isDone: boolean;
  /** The last one that was seen: where to go on; absent before the first. */
  readonly stoppedAt?: VideoId;
}

/**
 * Takes videos that were submitted and never published from the journal into the ledger, as long as there is room: so
 * the backlog waits in the journal, and a ledger that was lost fills up again by itself. What a person decided about a
 * video that is there already is applied once more, in case it never reached the ledger.
 *
 * @param after - begin behind this video
 */
export async function takeIn(after: VideoId | undefined, ports: IntakePorts, signal: AbortSignal): Promise<Intake> {
  let admitted = 0;
  let last = after;
  for await (const video of ports.journal.unpublished(after)) {
    if (signal.aborted) return { admitted, isDone: false, ...stopped(last) };
    const known = await ports.ledger.read(video);
    if (known) {
      const { hold } = await standingOf(video, ports.journal);
      if (known.hold !== hold) {
        await ports.ledger.apply(video, { type: 'hold', generation: known.generation, hold: hold ?? null });
        await ports.moveOn(video);
      }
    } else {
      if (!(await ports.hasRoom())) return { admitted, isDone: false, ...stopped(last) };
      await recallVideo(video, ports);
      await ports.moveOn(video);
      admitted += 1;
    }
    last = video;
  }
  return { admitted, isDone: true, ...stopped(last) };
}

function stopped(last: VideoId | undefined): Pick<Intake, 'stoppedAt'> {
  return last === undefined ? {} : { stoppedAt: last };
}
