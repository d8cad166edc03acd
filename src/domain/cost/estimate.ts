/** A number and how far it may be off: the truth lies within `error` of it in 95 of 100 cases. 0 where it was counted. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** An estimate as it is worked with. */
export interface Measure {
  readonly value: number;
  readonly variance: number;
  /** Degrees of freedom of the variance. */
  readonly freedom: number;
}

/** One of the groups that a population is divided into, and those of its members that were looked at. */
export interface Stratum {
  /** All of its members. */
  readonly count: number;
  /** Sum of what is known of all members beforehand, 0 where nothing is. */
  readonly known: number;
  /** Of members taken at random, by how much each exceeds what was known of it. */
  readonly excesses: readonly number[];
}

/** Something counted. */
export function exactly(value: number): Measure {
  return { value, variance: 0, freedom: Infinity };
}

/**
 * The sum over a stratum: what is known of all, and the mean excess of the sample for each. The variance is that of a sample
 * without replacement, so nothing is left of it where all were looked at. One member says nothing of how they differ: then
 * they are taken to differ by as much as they are.
 */
export function sumOfStratum({ count, known, excesses }: Stratum): Measure {
  const taken = excesses.length;
  if (taken === 0) return exactly(known);
  const mean = meanOf(excesses);
  const value = known + count * mean;
  if (taken >= count) return exactly(known + excesses.reduce((sum, excess) => sum + excess, 0));
  const spread = taken === 1 ? (known / count + mean) ** 2 : spreadOf(excesses, mean);
  return { value, variance: (count ** 2 * (1 - taken / count) * spread) / taken, freedom: Math.max(1, taken - 1) };
}

/** The sum of several. Freedom by Welch and Satterthwaite. */
export function sumOf(measures: readonly Measure[]): Measure {
  const value = measures.reduce((sum, measure) => sum + measure.value, 0);
  const variance = measures.reduce((sum, measure) => sum + measure.variance, 0);
  const weighed = measures.reduce((sum, measure) => sum + measure.variance ** 2 / measure.freedom, 0);
  return { value, variance, freedom: weighed > 0 ? variance ** 2 / weighed : Infinity };
}

/**
 * From some videos to all: the variance among them, beside that of the sum itself where it is an estimate.
 *
 * @param sum - over the videos that were taken
 * @param each - what was found or estimated of each of them
 * @param population - videos in all
 */
export function extrapolate(sum: Measure, each: readonly number[], population: number): Measure {
  const taken = each.length;
  if (taken === 0 || taken >= population) return sum;
  const factor = population / taken;
  const spread = taken === 1 ? (each[0] ?? 0) ** 2 : spreadOf(each, meanOf(each));
  const among: Measure = {
    value: 0,
    variance: (population ** 2 * (1 - taken / population) * spread) / taken,
    freedom: Math.max(1, taken - 1),
  };
  return sumOf([{ value: sum.value * factor, variance: sum.variance * factor, freedom: sum.freedom }, among]);
}

/** As it is told. */
export function estimateOf({ value, variance, freedom }: Measure): Estimate {
  return { value: Math.round(value), error: Math.ceil(Math.sqrt(variance) * quantile95(freedom)) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spreadOf(values: readonly number[], mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** Two-sided 95 % quantiles of Student's t for few degrees of freedom. */
const quantiles = [12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228] as const;

/** Above ten degrees of freedom by Cornish and Fisher's expansion, which is right to three figures there. */
function quantile95(freedom: number): number {
  const known = quantiles[Math.max(1, Math.floor(freedom)) - 1];
  if (known !== undefined) return known;
  const z = 1.959_964;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}
