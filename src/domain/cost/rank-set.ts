/** Numbers that are uniform in [0, 1), such as those of `rankOf`: it tells those that came before from new ones. */
export interface RankSet {
  /** @returns whether it is new */
  add(rank: number): boolean;
}

const firstCapacity = 1_024;
/** Of the places that are taken before there are twice as many. */
const fullShare = 0.7;

/** Creates an empty set, which takes 12 to 24 bytes for each number. Where a number belongs is what it is. */
export function createRankSet(): RankSet {
  let places = new Float64Array(firstCapacity);
  let size = 0;
  /** 0 is a free place. */
  const put = (value: number, into: Float64Array): boolean => {
    let at = Math.floor(value * into.length) % into.length;
    for (; into[at] !== 0; at = (at + 1) % into.length) if (into[at] === value) return false;
    into[at] = value;
    return true;
  };
  return {
    add(rank) {
      if (size >= fullShare * places.length) {
        const larger = new Float64Array(2 * places.length);
        for (const value of places) if (value !== 0) put(value, larger);
        places = larger;
      }
      const isNew = put(rank === 0 ? Number.MIN_VALUE : rank, places);
      if (isNew) size += 1;
      return isNew;
    },
  };
}
