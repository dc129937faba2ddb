import type { Inputs } from '../features/inputs.ts';
import {
  ENGAGEMENT_CHANNELS,
  type EngagementChannel,
  eventKey,
  LONG_HALF_LIFE_DAYS,
  SHORT_HALF_LIFE_DAYS,
} from '../features/stats.ts';

/** What one event is worth at the moment it happens: points that fade with the short half-life, and points that fade with the long one. */
export interface PointsRule {
  channel: EngagementChannel;
  /** The event's name; null for every event of the channel that has no rule of its own. */
  event: string | null;
  short: number;
  long: number;
}

/** Which event is worth what. One rule for each channel, and some for events by name. Frozen in the scoring model. */
export interface Ledger {
  source: 'by-hand' | 'learned';
  rules: readonly PointsRule[];
}

/** One line of a customer's ledger: what a kind of event adds today. */
export interface LedgerRow {
  channel: EngagementChannel;
  event: string | null;
  halfLifeDays: number;
  /** Events, each counted as 1 on its day and as half of it after each half-life. */
  decayedCount: number;
  points: number;
}

/** A setting of points by hand. */
export interface PointsSetting {
  channel: EngagementChannel;
  event?: string | undefined;
  points: number;
}

/** Points of one event of a channel, unless the workspace says otherwise. */
const USUAL_POINTS: Readonly<Record<EngagementChannel, number>> = {
  web: 1,
  email: 2,
  meeting: 6,
  product: 2,
  support: 1,
  purchase: 5,
};

/**
 * The ledger by hand: the usual points with the settings over them. Half of an event's points fade with the short half-life (what is
 * going on), half with the long one (what is usual): together they rank next month's activity better than either (README).
 */
export function ledgerByHand(settings: readonly PointsSetting[] = []): Ledger {
  const rules = new Map<string, PointsRule>();
  for (const channel of ENGAGEMENT_CHANNELS) rules.set(channel, rule(channel, null, USUAL_POINTS[channel]));
  for (const { channel, event, points } of settings) {
    rules.set(event === undefined ? channel : eventKey(channel, event), rule(channel, event ?? null, points));
  }
  return { source: 'by-hand', rules: [...rules.values()] };
}

function rule(channel: EngagementChannel, event: string | null, points: number): PointsRule {
  return { channel, event, short: points / 2, long: points / 2 };
}

/** What the ledger reads of a customer's inputs. */
export type Memories = Pick<Inputs, 'short' | 'long' | 'named'>;

/** The sum of the points: in closed form on any day, no nightly decay. */
export function totalPoints(ledger: Ledger, inputs: Memories): number {
  let sum = 0;
  for (const each of ledger.rules) {
    const { short, long } = countsOf(ledger, each, inputs);
    sum += each.short * short + each.long * long;
  }
  return sum;
}

/** The inputs without the kinds of event that no rule names: what the points are the same of, at less cost to mix. */
export function namedInLedger<Given extends Memories>({ rules }: Ledger, inputs: Given): Given {
  const keys = rules.flatMap(({ channel, event }) => (event === null ? [] : [eventKey(channel, event)]));
  return {
    ...inputs,
    named: Object.fromEntries(
      keys.flatMap((key) => {
        const count = inputs.named[key];
        return count ? [[key, count]] : [];
      }),
    ),
  };
}

/** A customer's ledger: the rows with points, most first. They add up to `totalPoints`. */
export function ledgerRows(ledger: Ledger, inputs: Memories): readonly LedgerRow[] {
  return ledger.rules
    .flatMap((each): LedgerRow[] => {
      const { channel, event } = each;
      const counts = countsOf(ledger, each, inputs);
      return [
        {
          channel,
          event,
          halfLifeDays: SHORT_HALF_LIFE_DAYS,
          decayedCount: counts.short,
          points: each.short * counts.short,
        },
        {
          channel,
          event,
          halfLifeDays: LONG_HALF_LIFE_DAYS,
          decayedCount: counts.long,
          points: each.long * counts.long,
        },
      ];
    })
    .filter(({ points }) => points !== 0)
    .sort((a, b) => b.points - a.points);
}

/** Decayed counts that a rule is about: of its event, or of its channel less the events that have rules of their own. */
function countsOf(ledger: Ledger, { channel, event }: PointsRule, inputs: Memories): { short: number; long: number } {
  if (event !== null) return inputs.named[eventKey(channel, event)] ?? { short: 0, long: 0 };
  let short = inputs.short[channel];
  let long = inputs.long[channel];
  for (const other of ledger.rules) {
    if (other.channel !== channel || other.event === null) continue;
    const own = inputs.named[eventKey(channel, other.event)];
    if (!own) continue;
    short -= own.short;
    long -= own.long;
  }
  // What rounding leaves of a difference is no event.
  return { short: Math.max(short, 0), long: Math.max(long, 0) };
}
