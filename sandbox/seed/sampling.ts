import { seeded } from '../kernel/random.ts';

/** Random draws of the seeding; its own, so that the other side shares nothing with the product. */
export interface Draws {
  uniform(): number;
  integer(below: number): number;
  pick<T>(from: readonly T[]): T;
  exponential(rate: number): number;
  gamma(shape: number, rate: number): number;
  beta(a: number, b: number): number;
}

/** Draws by a seed: the same seed gives the same world everywhere. */
export function draws(seed: number): Draws {
  const uniform = seeded(seed);
  const gaussian = () => {
    const u = Math.max(uniform(), 1e-12);
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * uniform());
  };
  // Marsaglia and Tsang's method; shapes below 1 by their boost.
  const standardGamma = (shape: number): number => {
    if (shape < 1) return standardGamma(shape + 1) * Math.max(uniform(), 1e-300) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = gaussian();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(Math.max(uniform(), 1e-300)) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    pick: (from) => from[Math.floor(uniform() * from.length)] as (typeof from)[number],
    exponential: (rate) => -Math.log(1 - uniform()) / rate,
    gamma: (shape, rate) => standardGamma(shape) / rate,
    beta: (a, b) => {
      const x = standardGamma(a);
      return x / (x + standardGamma(b));
    },
  };
}

/** A number from a text and a seed, in [0, 1): what decides by customer rather than by turn. */
export function hashed(text: string, seed: number): number {
  let h = (2_166_136_261 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 16_777_619) >>> 0;
  return seeded(h)();
}
