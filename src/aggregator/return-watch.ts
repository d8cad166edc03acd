/** Learns which places that gave no answer give one again. */
export interface ReturnWatch {
  /** Whether it answered the latest question, and not the one before. It is asked the next time, if that is not too soon. */
  hasReturned(place: string): boolean;
  /** Asks the places about which somebody wanted to know since the last time. */
  ask(): Promise<void>;
}

/** Places asked at a time. What waits for others is looked at in its own time. */
const maxAsked = 20;

/** Calls of `ask` that leave a place alone which has answered: as long as its files fail, somebody waits for it. */
const restAfterAnswer = 20;

/** Places to remember. The oldest are forgotten. */
const maxPlaces = 1_000;

/**
 * Creates the watch. A place that was never asked counts as silent: somebody waits for it. One that answers while its files
 * fail does not return again and again, so that its videos wait for longer each time.
 *
 * @param isAnswering - never throws
 */
export function createReturnWatch(isAnswering: (place: string) => Promise<boolean>): ReturnWatch {
  /** With the calls for which each is left alone still. */
  const answering = new Map<string, number>();
  let wanted = new Set<string>();
  let returned = new Set<string>();
  const hear = (place: string, answers: boolean): void => {
    if (!answers) {
      answering.delete(place);
      return;
    }
    if (!answering.has(place)) returned.add(place);
    answering.set(place, restAfterAnswer);
    const [oldest] = answering.keys();
    if (answering.size > maxPlaces && oldest !== undefined) answering.delete(oldest);
  };
  return {
    hasReturned(place) {
      if (wanted.size < maxAsked && (answering.get(place) ?? 0) === 0) wanted.add(place);
      return returned.has(place);
    },
    async ask() {
      const places = [...wanted];
      [wanted, returned] = [new Set(), new Set()];
      for (const [place, rest] of answering) answering.set(place, Math.max(0, rest - 1));
      const answers = await Promise.all(places.map(isAnswering));
      for (const [at, place] of places.entries()) hear(place, answers[at] === true);
    },
  };
}
