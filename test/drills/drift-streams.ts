import { seededRandom } from '../../core/math/random.ts';

/** A stream of errors (1) and hits (0) whose rate changes as planted. */
export interface PlantedStream {
  errors: readonly number[];
  /** Where the rate rises, each by index; a detection within `span` after it counts. */
  rises: readonly number[];
  span: number;
}

const LENGTH = 10_000;

/** A stream whose error rate at an index is `rate(index)`. */
function stream(seed: number, rate: (index: number) => number): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length: LENGTH }, (_, index) => (random.next() < rate(index) ? 1 : 0));
}

/** The kinds of drift of the literature (Gama et al. 2014, section 2.2), with error rates of .2 and .4. */
export const STREAMS: Readonly<
  Record<'stationary' | 'sudden' | 'gradual' | 'recurring', (seed: number) => PlantedStream>
> = {
  stationary: (seed) => ({ errors: stream(seed, () => 0.2), rises: [], span: 0 }),
  sudden: (seed) => ({ errors: stream(seed, (i) => (i < 5_000 ? 0.2 : 0.4)), rises: [5_000], span: 2_500 }),
  gradual: (seed) => ({
    errors: stream(seed, (i) => 0.2 + 0.2 * Math.min(Math.max((i - 5_000) / 1_000, 0), 1)),
    rises: [5_000],
    span: 2_500,
  }),
  recurring: (seed) => ({
    errors: stream(seed, (i) => (Math.floor(i / 1_250) % 2 === 0 ? 0.2 : 0.4)),
    rises: [1_250, 3_750, 6_250, 8_750],
    span: 1_250,
  }),
};

/** DDM, the peer: alarm when the error rate lies three deviations above its lowest (Gama et al. 2004, SBIA, section 3). */
export function ddm(errors: readonly number[]): readonly number[] {
  const alarms: number[] = [];
  let [count, rate, lowest, lowestDeviation] = [0, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [at, error] of errors.entries()) {
    count += 1;
    rate += (error - rate) / count;
    const deviation = Math.sqrt((rate * (1 - rate)) / count);
    if (count < 30) continue;
    if (rate + deviation < lowest + lowestDeviation) [lowest, lowestDeviation] = [rate, deviation];
    if (rate + deviation <= lowest + 3 * lowestDeviation) continue;
    alarms.push(at);
    [count, rate, lowest, lowestDeviation] = [0, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
  return alarms;
}

/** What a detector did on a stream: delays of the first alarm after each rise, rises missed, and other alarms. */
export function judged({ rises, span }: PlantedStream, alarms: readonly number[]) {
  const within = (alarm: number) => rises.some((rise) => alarm >= rise && alarm < rise + span);
  const delays = rises.flatMap((rise) => {
    const first = alarms.find((alarm) => alarm >= rise && alarm < rise + span);
    return first === undefined ? [] : [first - rise + 1];
  });
  return { delays, missed: rises.length - delays.length, falseAlarms: alarms.filter((alarm) => !within(alarm)).length };
}
