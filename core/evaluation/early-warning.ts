/** A customer on a day, with what a model said then and what came. */
export interface Snapshot {
  customer: string;
  /** Number of the day, from any fixed one. */
  day: number;
  /** By a model that had not seen this customer. */
  probability: number;
  /** 1: left within the horizon after that day. */
  label: 0 | 1;
  /** Number of the day on which the customer left; null: still here. */
  leftOn: number | null;
}

/** How early and how well leavers are told at a fixed number of alerts a week. */
export interface EarlyWarning {
  alertsPerWeek: number;
  weeks: number;
  alerts: number;
  /** Share of alerts after which the customer left within the horizon; null without alerts. */
  precision: number | null;
  /** What precision alerts by chance would have: the share of all snapshots that were followed by leaving. */
  baseRate: number;
  /** Of the customers who left within the horizon of a snapshot, the share warned of in time. */
  recall: number;
  /** Days from the first right alert to leaving; null without one. */
  leadDays: { low: number; median: number; high: number } | null;
}

/** A customer is not alerted again for so long, as no task is opened again. */
const COOL_DOWN_DAYS = 30;

/**
 * Alerts each week to the customers with the highest probabilities who were not alerted of late, and counts what came of it. `low` and
 * `high` of the lead are its 10th and 90th percentile.
 */
export function earlyWarning(snapshots: readonly Snapshot[], alertsPerWeek: number): EarlyWarning {
  const weeks = Map.groupBy(snapshots, ({ day }) => Math.floor(day / 7));
  const alertedOn = new Map<string, number>();
  const leads = new Map<string, number>();
  let [alerts, right] = [0, 0];
  for (const week of [...weeks.keys()].sort((a, b) => a - b)) {
    for (const snapshot of latest(weeks.get(week) ?? [])
      .filter(({ customer, day }) => day - (alertedOn.get(customer) ?? Number.NEGATIVE_INFINITY) >= COOL_DOWN_DAYS)
      .sort((a, b) => b.probability - a.probability || (a.customer < b.customer ? -1 : 1))
      .slice(0, alertsPerWeek)) {
      const { customer, day, label, leftOn } = snapshot;
      alertedOn.set(customer, day);
      alerts += 1;
      right += label;
      if (label === 1 && leftOn !== null && !leads.has(customer)) leads.set(customer, leftOn - day);
    }
  }
  const leavers = new Set(snapshots.filter(({ label }) => label === 1).map(({ customer }) => customer));
  const days = [...leads.values()].sort((a, b) => a - b);
  const percentile = (share: number) => days[Math.round(share * (days.length - 1))] as number;
  return {
    alertsPerWeek,
    weeks: weeks.size,
    alerts,
    precision: alerts === 0 ? null : right / alerts,
    baseRate: snapshots.reduce((sum, { label }) => sum + label, 0) / snapshots.length,
    recall: leads.size / leavers.size,
    leadDays: days.length === 0 ? null : { low: percentile(0.1), median: percentile(0.5), high: percentile(0.9) },
  };
}

/** Each customer's last snapshot of a week. */
function latest(week: readonly Snapshot[]): readonly Snapshot[] {
  const last = new Map<string, Snapshot>();
  for (const snapshot of week) {
    const known = last.get(snapshot.customer);
    if (!known || snapshot.day > known.day) last.set(snapshot.customer, snapshot);
  }
  return [...last.values()];
}

/** What a fixed number of alerts a week comes to. */
export function warningSentence(found: EarlyWarning): string {
  const { alertsPerWeek, weeks, alerts, precision, baseRate, recall, leadDays } = found;
  if (precision === null) return 'No alert was given.';
  const lead = leadDays
    ? `; ${leadDays.median} days ahead in the median (${leadDays.low} to ${leadDays.high} for eight in ten)`
    : '';
  return `At ${alertsPerWeek} alerts a week, ${alerts} in ${weeks} weeks: ${percent(precision)} of those alerted left in time, where alerts by chance have ${percent(baseRate)}; ${percent(recall)} of those who left were alerted${lead}.`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
