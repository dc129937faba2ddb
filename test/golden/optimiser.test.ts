import { describe, expect, it } from 'vitest';
import { minimise, type Objective } from '../../core/math/lbfgs.ts';
import { beta, gamma, normal, seededRandom } from '../../core/math/random.ts';

/** Rosenbrock's valley in any even dimension; its only minimum is 0 at (1, ..., 1). */
const rosenbrock: Objective = (x, gradient) => {
  gradient.fill(0);
  let value = 0;
  for (let i = 0; i < x.length; i += 2) {
    const a = x[i] ?? 0;
    const b = x[i + 1] ?? 0;
    value += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    gradient[i] = -400 * a * (b - a * a) - 2 * (1 - a);
    gradient[i + 1] = 200 * (b - a * a);
  }
  return value;
};

describe('L-BFGS', () => {
  it.each([2, 6, 20])('finds the end of Rosenbrock’s valley in %d dimensions', (dimensions) => {
    const start = Array.from({ length: dimensions }, (_, index) => (index % 2 === 0 ? -1.2 : 1));
    const found = minimise(rosenbrock, start);
    expect(found.converged).toBe(true);
    expect(found.value).toBeLessThan(1e-12);
    for (const value of found.x) expect(value).toBeCloseTo(1, 6);
  });

  it('solves a badly scaled quadratic', () => {
    const scales = [1, 1e3, 1e-3];
    const found = minimise(
      (x, gradient) => {
        let value = 0;
        for (const [i, scale] of scales.entries()) {
          const off = (x[i] ?? 0) - i;
          value += 0.5 * scale * off * off;
          gradient[i] = scale * off;
        }
        return value;
      },
      [10, -10, 10],
      { tolerance: 1e-10 },
    );
    expect([...found.x].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([0, 1, 2]);
  });

  it('stays out of forbidden ground and begins at a minimum without a step', () => {
    const found = minimise(
      ([x = 0], gradient) => {
        if (x <= 0) return Number.POSITIVE_INFINITY;
        gradient[0] = 1 - 2 / x;
        return x - 2 * Math.log(x);
      },
      [0.01],
    );
    expect(found.x[0]).toBeCloseTo(2, 6);
    expect(minimise(rosenbrock, [1, 1]).iterations).toBe(0);
  });

  it('says when it did not arrive, and never changes the start', () => {
    const start = Float64Array.of(-1.2, 1);
    expect(minimise(rosenbrock, start, { maxIterations: 3 }).converged).toBe(false);
    expect([...start]).toEqual([-1.2, 1]);
    expect(minimise(() => Number.NaN, [0]).converged).toBe(false);
  });

  it('gives the same bits each time', () => {
    expect(minimise(rosenbrock, [-1.2, 1])).toEqual(minimise(rosenbrock, [-1.2, 1]));
  });
});

describe('random numbers', () => {
  const moments = (draw: () => number, count = 40_000) => {
    let [sum, square] = [0, 0];
    for (let i = 0; i < count; i += 1) {
      const x = draw();
      sum += x;
      square += x * x;
    }
    return { mean: sum / count, variance: square / count - (sum / count) ** 2 };
  };

  it('are the same from the same seed, others from another, and in [0, 1)', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 100 }, () => random.next());
    };
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
    expect(draw(2 ** 40 + 5)).not.toEqual(draw(5));
    expect(draw(5).every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it.each([0.1, 0.9, 1, 4.5, 60])('Gamma(%d) has its mean and variance to five standard errors', (shape) => {
    const random = seededRandom(7);
    const { mean, variance } = moments(() => gamma(random, shape));
    expect(Math.abs(mean - shape)).toBeLessThan(5 * Math.sqrt(shape / 40_000));
    expect(Math.abs(variance / shape - 1)).toBeLessThan(5 * Math.sqrt((2 + 6 / shape) / 40_000));
  });

  it('Beta and the normal have theirs', () => {
    const random = seededRandom(8);
    expect(moments(() => beta(random, 0.9, 3)).mean).toBeCloseTo(0.9 / 3.9, 2);
    const { mean, variance } = moments(() => normal(random));
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });
});
