import { describe, expect, it } from 'vitest';
import { treeSvg } from '../../cli/tree-svg.ts';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { growSurrogate, type SurrogateNode, surrogateValue } from '../../core/explain/surrogate-tree.ts';
import { seededRandom } from '../../core/math/random.ts';
import { overviewOf, type SurrogateView } from '../../core/scores/overview.ts';
import { scoreCustomer } from '../../core/scores/score-customer.ts';
import { sentencesOf } from '../../core/scores/words/index.ts';
import { simulateBook, trainedModel, trainingCustomer } from '../support/book.ts';

describe('a surrogate tree', () => {
  const random = seededRandom(3);
  const rows = Array.from({ length: 500 }, () => [random.next(), random.next(), random.next()]);
  const rule = ([a = 0, b = 0]: readonly number[]) => (a >= 0.6 ? 0.9 : b >= 0.3 ? 0.5 : 0.1);

  it('finds the rule where there is one, and says the same of rows it has not seen', () => {
    const tree = growSurrogate(rows, rows.map(rule));
    expect(tree.split?.input).toBe(0);
    expect(tree.split?.threshold).toBeCloseTo(0.6, 1);
    const fresh = Array.from({ length: 300 }, () => [random.next(), random.next(), random.next()]);
    const off = fresh.filter((row) => Math.abs(surrogateValue(tree, row) - rule(row)) > 1e-9);
    expect(off.length).toBeLessThan(9);
  });

  it('asks nothing where the model says the same of everybody, or where rows do not differ', () => {
    expect(
      growSurrogate(
        rows,
        rows.map(() => 0.4),
      ).split,
    ).toBeNull();
    expect(growSurrogate([[1], [1]], [0, 1]).split).toBeNull();
  });

  it('parts rows so that shares and means add up at every question', () => {
    const check = ({ value, share, split }: SurrogateNode): void => {
      if (!split) return;
      expect(split.yes.share + split.no.share).toBeCloseTo(share, 12);
      expect(split.yes.share * split.yes.value + split.no.share * split.no.value).toBeCloseTo(share * value, 12);
      check(split.yes);
      check(split.no);
    };
    check(
      growSurrogate(
        rows,
        rows.map(([a = 0, b = 0, c = 0]) => a * b + c),
      ),
    );
  });
});

describe('the overview', () => {
  const asOf = calendarDay('2026-06-01');
  const book = simulateBook({ seed: 11, customers: 600, asOf });
  const model = trainedModel(book, asOf);
  const earlier = trainedModel(book, addDays(asOf, -60));
  const sample = book.slice(0, 200).map((customer) => {
    const stats = trainingCustomer(customer).statsAt(asOf);
    return { stats, segment: scoreCustomer(model, stats, asOf, null).segment };
  });
  const found = overviewOf([model, earlier], sample, asOf, sentencesOf('en'));

  it('gives each score’s groups shares that add up to all, in the book and in each segment', () => {
    const parts = Map.groupBy(found.importance, ({ score, segment }) => `${score} ${segment}`);
    expect(parts.size).toBeGreaterThan(6);
    for (const rows of parts.values()) expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    for (const { share, shareLow, shareHigh } of found.importance) {
      expect(shareLow).toBeLessThanOrEqual(share);
      expect(shareHigh).toBeGreaterThanOrEqual(share);
    }
    expect(found.models).toEqual([model.version, earlier.version]);
  });

  it('holds what matters steady from one training to the next', () => {
    const ofChurn = found.importance.filter(({ score, segment }) => score === 'churn' && segment === null);
    for (const { shareLow, shareHigh } of ofChurn) expect(shareHigh - shareLow).toBeLessThan(0.25);
  });

  it('has a tree of questions in words that explains most of the churn risk, and says how much', () => {
    expect(found.surrogate?.fidelity).toBeGreaterThan(0.7);
    const asked: string[] = [];
    const walk = (node: SurrogateView | null): void => {
      if (!node) return;
      if (node.question !== null) asked.push(node.question);
      walk(node.yes);
      walk(node.no);
    };
    walk(found.surrogate?.tree ?? null);
    expect(asked.length).toBeGreaterThan(2);
    for (const question of asked) expect(question).toMatch(/^[A-Z].+\?$/);
  });

  it('is drawn as one SVG without script or address, with every leaf in it', () => {
    const tree = found.surrogate?.tree;
    if (!tree) throw new Error('no tree');
    const svg = treeSvg(tree, 'Risk <in> three questions');
    expect(svg).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(svg).toContain('Risk &#60;in&#62; three questions');
    expect(svg).not.toMatch(/<script|href|NaN|undefined/);
    const count = (node: SurrogateView): number =>
      1 + (node.yes ? count(node.yes) : 0) + (node.no ? count(node.no) : 0);
    expect(svg.match(/<rect /g)).toHaveLength(count(tree));
    expect(svg.match(/<line /g)).toHaveLength(count(tree) - 1);
  });
});
