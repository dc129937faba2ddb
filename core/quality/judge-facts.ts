import type { CalendarDay } from '../domain/calendar-day.ts';
import { minorDigits } from '../domain/money.ts';
import type { EventRecord, TransactionRecord } from '../domain/records.ts';
import { countInstant } from './bursts.ts';
import { type DatedOrder, duplicateFinding } from './duplicates.ts';
import { dateFinding } from './fact-dates.ts';
import type { Finding } from './finding.ts';
import { hourOf, hourShift, LOOK_AT, noHours } from './hour-shift.ts';
import { countIn, emptyFields } from './missing-fields.ts';
import type { RuleName } from './rules.ts';
import { countDay } from './volume.ts';
import { loadsOf, type Watch } from './watch.ts';
import { type Amount, watchAmounts } from './watch-amounts.ts';

/** A sale or activity of a known customer, as it would be counted. */
export interface Fact {
  /** Landing number of its record. */
  seq: string;
  record: TransactionRecord | EventRecord;
  day: CalendarDay;
  /** In the workspace's currency; null for an activity, and for a refund of the whole. */
  amountMinor: bigint | null;
  customerId: string;
  /** Whether it was never judged: only then it moves the counts along. */
  isNew: boolean;
  /** Whether it stands in the book just so: the customer alone has changed, by a merge. Then its amount was judged. */
  isUnchanged: boolean;
  /** What it was in the book before, where that was another customer's sale, day and amount. */
  reusedFrom: { day: CalendarDay } | null;
  /** Rules that an admin has overruled for it. */
  accepted: ReadonlySet<string>;
}

/** What holds of a connection as a whole; null says that it does not hold any more. */
export interface ConnectionFinding {
  rule: RuleName;
  /** What of the connection: a field, an instant, a kind of record. */
  subject: string;
  finding: Finding | null;
}

/** What was found in a batch of facts of one connection. */
export interface JudgedFacts {
  /** By `seq`; those without any are absent. */
  findings: ReadonlyMap<string, readonly Finding[]>;
  connection: readonly ConnectionFinding[];
  /** Landing numbers of earlier records that are to be judged again. */
  again: readonly string[];
}

/**
 * Judges the facts of one connection and moves its running statistics along. The cost is that of the facts and of their customers'
 * orders: nothing else is read.
 *
 * @param facts readable ones; sorted here by the time they happened at
 * @param ordersOf orders in the book by customer, those of this batch aside
 */
export function judgeFacts(
  watch: Watch,
  facts: readonly Fact[],
  context: {
    connectionId: string;
    now: Date;
    timeZone: string;
    currency: string;
    ordersOf: ReadonlyMap<string, readonly DatedOrder[]>;
  },
): JudgedFacts {
  const findings = new Map<string, Finding[]>();
  const connection: ConnectionFinding[] = [];
  const add = ({ seq, accepted }: Pick<Fact, 'seq' | 'accepted'>, finding: Finding | null) => {
    if (finding === null || accepted.has(finding.rule)) return;
    findings.set(seq, [...(findings.get(seq) ?? []), finding]);
  };
  const sorted = [...facts].sort((a, b) =>
    a.record.occurredAt < b.record.occurredAt ? -1 : a.record.occurredAt > b.record.occurredAt ? 1 : 0,
  );
  for (const fact of sorted) {
    add(fact, dateFinding(fact.record.occurredAt, context.now, context.timeZone));
    if (fact.reusedFrom) add(fact, reuseFinding(fact.reusedFrom.day));
  }
  const isOdd = ({ seq }: Fact) => (findings.get(seq) ?? []).length > 0;
  const orders = sorted.filter(isOrder);
  const soundOrders = orders.filter((fact) => !isOdd(fact));
  const own = ordersByCustomer(orders, context);
  for (const fact of orders)
    add(fact, duplicateFinding(datedOrder(fact, context.connectionId), own.get(fact.customerId) ?? []));

  const scale = 10 ** minorDigits(context.currency);
  const logOf = (amountMinor: bigint) => Math.log(Number(amountMinor) / scale);
  const amounts = soundOrders
    .filter((fact) => fact.amountMinor > 0n && !(fact.isUnchanged && watch.unit === null))
    .map(
      (fact): Amount => ({
        seq: fact.seq,
        log: logOf(fact.amountMinor),
        day: fact.day,
        own: (own.get(fact.customerId) ?? [])
          .filter((order) => order.externalId !== fact.record.externalId && order.amountMinor > 0n)
          .map((order) => ({ log: logOf(order.amountMinor), day: order.occurredAt.slice(0, 10) })),
        accepted: ['amount-outlier', 'amount-unit', 'unit-change'].some((rule) => fact.accepted.has(rule)),
      }),
    );
  const judged = watchAmounts(watch, amounts, context.currency);
  for (const fact of soundOrders) add(fact, judged.findings.get(fact.seq) ?? null);

  for (const fact of sorted) if (fact.isNew && !isOdd(fact)) countFact(watch, fact, connection);
  return { findings, connection, again: judged.again };
}

/** An order with its amount. */
type Order = Fact & { record: TransactionRecord; amountMinor: bigint };

function isOrder(fact: Fact): fact is Order {
  return fact.record.kind === 'transaction' && fact.record.transactionKind === 'order' && fact.amountMinor !== null;
}

function datedOrder({ record, amountMinor }: Order, connectionId: string): DatedOrder {
  const { externalId, occurredAt, orderReference } = record;
  return { connectionId, externalId, occurredAt, amountMinor, orderReference, inBook: false };
}

/** Orders of each customer: those in the book as this batch has them, and those that come with it. */
function ordersByCustomer(
  orders: readonly Order[],
  { connectionId, ordersOf }: { connectionId: string; ordersOf: ReadonlyMap<string, readonly DatedOrder[]> },
): ReadonlyMap<string, readonly DatedOrder[]> {
  const coming = Map.groupBy(orders, ({ customerId }) => customerId);
  return new Map(
    [...coming].map(([customerId, mine]) => {
      const ids = new Set(mine.map(({ record }) => record.externalId));
      const there = (ordersOf.get(customerId) ?? []).filter(
        (order) => order.connectionId !== connectionId || !ids.has(order.externalId),
      );
      return [customerId, [...there, ...mine.map((order) => datedOrder(order, connectionId))]];
    }),
  );
}

function reuseFinding(day: CalendarDay): Finding {
  return {
    rule: 'id-reuse',
    severity: 'hold',
    field: 'externalId',
    expected: 'an id of its own for each sale',
    found: `the id of another customer's sale of ${day}, which stays in the book`,
    remedy: 'Give the new sale an id of its own at its source, or accept it if it does replace the other.',
  };
}

function countFact(watch: Watch, { record, day }: Fact, found: ConnectionFinding[]): void {
  countDay(watch.days[record.kind], day);
  if (record.kind === 'event' || record.transactionKind !== 'order') return;
  const fields = emptyFields(record);
  const jumps = fields && countIn(loadsOf(watch, 'transaction'), fields);
  if (fields && jumps) found.push(...missingFindings('transaction', Object.keys(fields), jumps));
  const burst = countInstant(watch.instants, record.occurredAt);
  if (burst !== null) found.push(burstFinding(record.occurredAt, burst));
  const hour = hourOf(record.occurredAt);
  if (hour === null) return;
  watch.lastHours[hour] = (watch.lastHours[hour] ?? 0) + 1;
  if (watch.lastHours.reduce((sum, count) => sum + count, 0) < LOOK_AT) return;
  const shift = hourShift(watch.hours, watch.lastHours);
  if (shift === null) watch.hours = watch.hours.map((count, index) => count + (watch.lastHours[index] ?? 0));
  watch.lastHours = noHours();
  found.push({ rule: 'time-zone-shift', subject: 'transaction', finding: shift === null ? null : shiftFinding(shift) });
}

/** What to say of fields after a load: those that jumped, and that the others did not. */
export function missingFindings(
  kind: 'contact' | 'transaction',
  fields: readonly string[],
  jumps: readonly { field: string; share: number; before: number }[],
): readonly ConnectionFinding[] {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return fields.map((field) => {
    const jump = jumps.find((each) => each.field === field);
    return {
      rule: 'missing-fields',
      subject: `${kind} ${field}`,
      finding:
        jump === undefined
          ? null
          : {
              rule: 'missing-fields',
              severity: 'warn',
              field,
              expected: `it to be empty in about ${percent(jump.before)} of records, as before`,
              found: `${percent(jump.share)} of the last hundred`,
              remedy: 'Look whether the field was renamed, hidden from our user, or is no longer filled at its source.',
            },
    };
  });
}

function burstFinding(occurredAt: string, count: number): ConnectionFinding {
  const at = new Date(occurredAt).toISOString();
  return {
    rule: 'burst',
    subject: at,
    finding: {
      rule: 'burst',
      severity: 'warn',
      field: 'occurredAt',
      expected: 'sales at times of their own',
      found: `${count} or more at ${at}`,
      remedy:
        'Look whether an import wrote its own time instead of that of the sale, and map the field with the day of the sale.',
    },
  };
}

function shiftFinding(shift: number): Finding {
  const hours = Math.abs(shift);
  return {
    rule: 'time-zone-shift',
    severity: 'warn',
    field: 'occurredAt',
    expected: 'sales at the hours of the day they used to be at',
    found: `a day that begins ${hours} hours ${shift > 0 ? 'later' : 'earlier'}`,
    remedy: `Look whether the source has changed its time zone; a fix of ${-shift} hours from that day on sets it right.`,
  };
}
