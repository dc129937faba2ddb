import { describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import type { DataFaults } from '../../core/features/data-faults.ts';
import { type CustomerStats, summarise } from '../../core/features/stats.ts';
import { dataQuality } from '../../core/scores/data-quality.ts';
import { mustWrite } from '../../core/scores/dead-band.ts';
import { type RecordFacts, recordView } from '../../core/scores/record-view.ts';
import { recordWordsOf, sentencesOf } from '../../core/scores/words/index.ts';

const NONE: DataFaults = {
  keptOut: 0,
  odd: 0,
  doubtfulIdentity: false,
  testAccount: false,
  damagedContact: false,
};

function stats(days: number, given: Partial<CustomerStats> = {}): CustomerStats {
  const purchases = Array.from({ length: days }, (_, index) => ({
    day: calendarDay(`2026-01-${String(index + 1).padStart(2, '0')}`),
    amountMinor: 1000n,
    orders: 1,
  }));
  return {
    ...summarise(purchases, [], calendarDay('2026-06-01'), { doubles: 0, unmatched: 0 }),
    faults: null,
    ...given,
  };
}
const quality = (of: CustomerStats) => dataQuality(of, sentencesOf('en'));

describe('the data quality of a customer', () => {
  it('is 100 where nothing is missing or in doubt', () => {
    expect(quality(stats(3))).toEqual({ score: 100, lowered: [] });
    expect(quality(stats(9, { faults: NONE }))).toEqual({ score: 100, lowered: [] });
  });

  it('is lower the fewer orders there are, but for who has a contract', () => {
    const scores = [0, 1, 2, 3].map((days) => quality(stats(days))?.score ?? -1);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(new Set(scores).size).toBe(4);
    const contract = { since: null } as unknown as NonNullable<CustomerStats['contract']>;
    expect(quality(stats(0, { contract }))?.score).toBe(100);
  });

  it('is lowered by each fault, with its sentence, the heaviest first, and never below 0', () => {
    for (const fault of Object.keys(NONE) as (keyof DataFaults)[]) {
      const value = typeof NONE[fault] === 'number' ? 1 : true;
      const lowered = quality(stats(5, { faults: { ...NONE, [fault]: value } }));
      expect(lowered?.score).toBeLessThan(100);
      expect(lowered?.lowered).toHaveLength(1);
    }
    const all = {
      keptOut: 9,
      odd: 9,
      doubtfulIdentity: true,
      testAccount: true,
      damagedContact: true,
    };
    const worst = quality(stats(1, { faults: all, unmatchedRefunds: 9 }));
    expect(worst?.score).toBe(0);
    expect(worst?.lowered).toHaveLength(7);
    expect(worst?.lowered[0]).toMatch(/One order|kept out/);
    expect(dataQuality(stats(5, { faults: { ...NONE, keptOut: 2 } }), sentencesOf('de'))?.lowered).toEqual([
      '2 Datensätze zählen nicht, bis jemand sie angesehen hat.',
    ]);
  });

  it('is unknown for statistics of an earlier version', () => {
    const { faults: _, ...earlier } = stats(3);
    expect(quality(earlier)).toBeNull();
  });

  it('is written when it has moved by ten, or was never there', () => {
    expect(mustWrite({ data_quality: 55 }, { data_quality: 60 })).toBe(false);
    expect(mustWrite({ data_quality: 55 }, { data_quality: 65 })).toBe(true);
    expect(mustWrite({}, { data_quality: 100 })).toBe(true);
  });

  it('is said on the record where it is low, in words', () => {
    const shown = (data_quality: number | null) =>
      recordView(
        { scored_at: '2026-06-01', engagement: 50, data_quality } as RecordFacts,
        { words: recordWordsOf('en'), locale: 'en', today: '2026-06-01', from: 'store' },
        { erased: false },
      ).lines.find(({ id }) => id === 'quality');
    expect(shown(100)).toBeUndefined();
    expect(shown(null)).toBeUndefined();
    expect(shown(75)).toMatchObject({ text: '75 of 100', detail: 'Based on some data.', tone: 'neutral' });
    expect(shown(0)).toMatchObject({ text: '0 of 100', detail: 'Based on little or doubtful data.', tone: 'warning' });
  });
});
