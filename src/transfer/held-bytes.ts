import { createSharedRoom } from './shared-room.ts';
import type { Entrant, RoomOptions } from './shared-room.ts';

/** Bounds the bytes of bodies that a process holds at a time. */
export interface HeldBytes {
  /** For the bodies of one batch. */
  line(): ByteLine;
}

/** The bodies of a batch, in the order in which they come. */
export interface ByteLine {
  /**
   * Waits until so many bytes are free and takes them. More than there are at all takes all of them.
   *
   * @returns a function that releases them; further calls do nothing
   * @throws the signal's reason when aborted while waiting
   */
  take(sizeBytes: number, options: { readonly signal: AbortSignal }): Promise<() => void>;
}

interface BodyEntrant extends Entrant {
  readonly sizeBytes: number;
}

/** Share of the bound that may be held in addition, beside slow bodies. A body that is larger is let in alone. */
const besideShare = 1 / 4;

/**
 * Waiters are served in order.
 *
 * @param mostBytes - what may be held at a time, but for bodies beside slow ones
 */
export function createHeldBytes(mostBytes: number, options?: RoomOptions): HeldBytes {
  let free = mostBytes;
  let besideBytes = 0;
  const room = createSharedRoom<BodyEntrant>(
    {
      first([first]) {
        return first;
      },
      fits: ({ sizeBytes }) => sizeBytes <= free,
      fitsBeside: ({ sizeBytes }) => besideBytes === 0 || besideBytes + sizeBytes <= mostBytes * besideShare,
      count({ sizeBytes }, sign, isBeside) {
        if (isBeside) besideBytes += sign * sizeBytes;
        else free -= sign * sizeBytes;
      },
    },
    options,
  );
  return {
    line() {
      const line = { held: 0 };
      return {
        async take(wanted, { signal }) {
          const { leave } = await room.enter({ line, sizeBytes: Math.min(wanted, mostBytes) }, signal);
          return leave;
        },
      };
    },
  };
}
