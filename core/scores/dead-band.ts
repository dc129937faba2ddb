import { type FieldValue, isClear } from '../domain/fields.ts';

/** How far a number must move before the record is written again (DECISIONS, "Time and writing"). */
const NUMBERS: Readonly<Record<string, (before: number) => number>> = {
  clv_12m: money,
  value_at_risk: money,
  churn_probability: () => 2,
  engagement: () => 2,
  priority: () => 5,
  data_quality: () => 9,
};

function money(before: number): number {
  return Math.max(0.05 * Math.abs(before), 1);
}

/** Fields whose every change counts: bands, segment, action; the trend does not. */
const EXACT = new Set([
  'currency',
  'churn_horizon_days',
  'churn_band',
  'value_band',
  'segment',
  'next_action',
  'customers_at_risk',
]);

/**
 * Whether a record must be written: a number left its dead-band around what was written, or a band, currency or action changed.
 * Texts, dates and the interval never trigger; when something does, all fields go together.
 *
 * @param written what the record has of ours, as last accepted by the vendor; empty when nothing was ever written
 * @param values what it should have
 */
export function mustWrite(
  written: Readonly<Record<string, FieldValue>>,
  values: Readonly<Record<string, FieldValue>>,
): boolean {
  return Object.entries(values).some(([name, value]) => {
    const before = written[name];
    const absent = before === undefined || isClear(before);
    if (isClear(value)) return !absent && triggers(name);
    if (absent) return triggers(name);
    const band = NUMBERS[name];
    if (band) return Math.abs(Number(value) - Number(before)) > band(Number(before));
    return EXACT.has(name) && value !== before;
  });
}

/** Values to send: all of them together, but for clearing what was never there. */
export function valuesToSend(
  written: Readonly<Record<string, FieldValue>>,
  values: Readonly<Record<string, FieldValue>>,
): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) => !(isClear(value) && (written[name] === undefined || isClear(written[name]))),
    ),
  );
}

function triggers(name: string): boolean {
  return name in NUMBERS || EXACT.has(name);
}
