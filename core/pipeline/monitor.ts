import { addDays, type CalendarDay, dayNumber, daysBetween, fromDayNumber } from '../domain/calendar-day.ts';
import { toMajor } from '../domain/money.ts';
import { toJson } from '../domain/stable-json.ts';
import { type EarlyWarning, earlyWarning, type Snapshot } from '../evaluation/early-warning.ts';
import { type Inputs, inputsAt } from '../features/inputs.ts';
import type { SourceRank } from '../features/settle.ts';
import { inputDrift } from '../learning/input-drift.ts';
import { lossDrift } from '../learning/loss-drift.ts';
import { type JoinedOutcome, outcomesByMonth } from '../learning/outcomes-by-month.ts';
import { recalibration } from '../learning/recalibrate.ts';
import { alarmsOfReport, REPORT_ALARMS } from '../learning/report-alarms.ts';
import { weeklySnapshots } from '../learning/weekly-snapshots.ts';
import { DISCOUNT_PER_WEEK } from '../models/clv/discounting.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { MonitoringAlarm, MonitoringReport } from '../ports/monitoring.ts';
import { followUpDays, leftOn } from '../scores/leaving.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import type { TrainingCustomer } from '../scores/train.ts';
import { settleAlarms } from '../store/alarms.ts';
import { audit } from '../store/audit.ts';
import { keepSetting, readSetting } from '../store/settings.ts';
import { type ShownScore, shownScores } from '../store/shown-scores.ts';
import { inTurn } from '../store/turn.ts';
import { sampleHistories, trainingCustomer } from './train.ts';

/** Where the last report is kept. */
const MONITORING = 'monitoring';
/** With cycles, a report is made anew after so many days. */
const REPORT_EVERY_DAYS = 7;

const YEAR_DAYS = 365;
/** A population stability index above this is an alarm, as credit scoring has it. */
const PSI_ALARM = 0.25;
/** A month with fewer customers says nothing of calibration and coverage. */
const FEWEST_OF_MONTH = 200;
/** Of the customers asked about in a week, those with the highest risks are alerted: one in so many. */
const CUSTOMERS_PER_ALERT = 100;
/** Expected calibration error above which risks are not what they say; coverage of an 80 % interval beyond which it is none. */
const CALIBRATION_ALARM = 0.1;
const COVERAGE_ALARM = { low: 0.7, high: 0.9 } as const;

/**
 * Joins what records showed with what came, finds where the loss rose and which inputs are not as they were, and keeps the report.
 * A sample of 20,000 customers at most is looked at, the same from run to run.
 */
export async function monitor(
  database: Database,
  { champion, asOf, rank, clock }: { champion: ScoringModel; asOf: CalendarDay; rank: SourceRank; clock: Clock },
): Promise<MonitoringReport> {
  const histories = await sampleHistories(database);
  const customers = histories.map((history) => ({
    customerId: history.customerId,
    facts: trainingCustomer(history, asOf, rank),
  }));
  const shown = await shownScores(
    database,
    customers.map(({ customerId }) => customerId),
  );
  const outcomes = customers
    .flatMap(({ customerId, facts }) => outcomesOf(customerId, facts, shown.get(customerId) ?? [], { champion, asOf }))
    .sort((a, b) => (a.askedOn < b.askedOn ? -1 : a.askedOn > b.askedOn ? 1 : 0));
  const inputs = driftOfInputs(
    customers.map(({ facts }) => facts),
    { champion, asOf },
  );
  // The scores of models before it are no fault of the champion's.
  const own = outcomes.filter(({ modelVersion }) => modelVersion === champion.version);
  const months = outcomesByMonth(outcomes);
  const report: MonitoringReport = {
    asOf,
    modelVersion: champion.version,
    horizonDays: champion.horizonDays,
    months,
    inputs,
    alarms: [...conceptAlarms(own, champion), ...inputAlarms(inputs, asOf), ...monthAlarms(months, asOf)],
    recalibration: recalibration(own),
    earlyWarning: warningsOf(
      customers.flatMap(({ customerId, facts }) =>
        weeklySnapshots(customerId, facts, shown.get(customerId) ?? [], { rule: champion, asOf }),
      ),
    ),
  };
  const known = new Set((await lastReport(database))?.alarms.map(keyOf));
  await keepSetting(database, MONITORING, toJson(report));
  await inTurn(database, (sql) => settleAlarms(sql, REPORT_ALARMS, alarmsOfReport(report.alarms), clock.now()));
  for (const alarm of report.alarms.filter((each) => !known.has(keyOf(each)))) {
    const { kind, what, on } = alarm;
    await audit(database, clock.now().toISOString(), 'monitoring', 'monitoring.alarm', { kind, what, on });
  }
  return report;
}

/** The last report; null before the first. */
export async function lastReport(database: Database): Promise<MonitoringReport | null> {
  const report = (await readSetting(database, MONITORING)) as MonitoringReport | null;
  // What an earlier version kept has no warnings.
  return report && { ...report, earlyWarning: report.earlyWarning ?? null };
}

/** The report of a cycle: the last one for a week, then a new one. Null while the champion is too young to be told anything about. */
export async function weeklyReport(
  database: Database,
  context: Parameters<typeof monitor>[1],
): Promise<MonitoringReport | null> {
  const { champion, asOf } = context;
  const last = await lastReport(database);
  const since = last?.modelVersion === champion.version ? (last.asOf as CalendarDay) : champion.asOf;
  return daysBetween(since, asOf) < REPORT_EVERY_DAYS ? last : monitor(database, context);
}

function keyOf({ kind, what, on }: MonitoringAlarm): string {
  return `${kind} ${what} ${kind === 'concept' ? on : ''}`;
}

/**
 * Each customer is asked about on one day of each horizon, which its id chooses: outcomes never overlap, so that none is counted twice and
 * a stream of losses is one of independent cases; over all customers some become known on every day.
 */
function outcomesOf(
  customerId: string,
  facts: TrainingCustomer,
  shown: readonly ShownScore[],
  { champion, asOf }: { champion: ScoringModel; asOf: CalendarDay },
): readonly JoinedOutcome[] {
  const [first] = shown;
  if (!first) return [];
  const every = followUpDays(champion);
  const offset = Number.parseInt(customerId.slice(0, 8), 16) % every;
  const start = dayNumber(first.asOf);
  const outcomes: JoinedOutcome[] = [];
  for (let day = start + ((((offset - start) % every) + every) % every); ; day += every) {
    const askedOn = fromDayNumber(day);
    if (addDays(askedOn, every) > asOf) return outcomes;
    const score = shown.findLast((each) => each.asOf <= askedOn);
    // Of a score by another definition it was not asked what this one answers.
    if (score?.lifecycle !== 'active' || score.churnProbability === null) continue;
    if (score.horizonDays !== champion.horizonDays) continue;
    outcomes.push({
      askedOn,
      modelVersion: score.modelVersion,
      probability: score.churnProbability,
      label: leftOn(facts, askedOn, champion, asOf) === null ? 0 : 1,
      inInterval: inInterval(facts, score, { asOf, currency: champion.currency }),
    });
  }
}

/** Judged from the day of the score, which is when the year of its interval began. */
function inInterval(
  facts: TrainingCustomer,
  { asOf: scoredOn, low, high }: ShownScore,
  { asOf, currency }: { asOf: CalendarDay; currency: string },
): boolean | null {
  const end = addDays(scoredOn, YEAR_DAYS);
  if (low === null || high === null || end > asOf) return null;
  const money = facts
    .purchasesAt(asOf)
    .filter(({ day }) => day > scoredOn && day <= end)
    .reduce(
      (sum, { day, amountMinor }) =>
        sum + toMajor(Number(amountMinor), currency) * DISCOUNT_PER_WEEK ** (daysBetween(scoredOn, day) / 7),
      0,
    );
  return money >= low && money <= high;
}

function warningsOf(snapshots: readonly Snapshot[]): EarlyWarning | null {
  if (!snapshots.some(({ label }) => label === 1)) return null;
  const weeks = new Set(snapshots.map(({ day }) => day)).size;
  return earlyWarning(snapshots, Math.ceil(snapshots.length / weeks / CUSTOMERS_PER_ALERT));
}

function conceptAlarms(own: readonly JoinedOutcome[], champion: ScoringModel): readonly MonitoringAlarm[] {
  return lossDrift(own.map(({ probability, label }) => (probability - label) ** 2)).map(({ detector, at }) => {
    const on = own[at]?.askedOn ?? champion.asOf;
    return {
      kind: 'concept',
      what: detector,
      on,
      message: `Churn risks of about ${on} fared worse than those before, beyond chance (${detector}): a challenger is tried as soon as one can be judged.`,
    };
  });
}

const WATCHED: readonly { name: string; of: (inputs: Inputs) => number | null }[] = [
  { name: 'purchases', of: ({ purchases }) => purchases },
  { name: 'silence in days', of: ({ silenceDays }) => silenceDays },
  { name: 'mean gap in days', of: ({ meanGapDays, purchases }) => (purchases > 1 ? meanGapDays : null) },
  { name: 'mean amount', of: ({ meanSpend, spendDays }) => (spendDays > 0 ? meanSpend : null) },
  {
    name: 'activity',
    of: ({ long: { web, email, meeting, product } }) => {
      const activity = web + email + meeting + product;
      return activity > 0 ? activity : null;
    },
  },
];

function driftOfInputs(
  customers: readonly TrainingCustomer[],
  { champion, asOf }: { champion: ScoringModel; asOf: CalendarDay },
): MonitoringReport['inputs'] {
  const buyersOn = (day: CalendarDay) =>
    customers
      .map((customer) => inputsAt(customer.statsAt(day), day, champion.currency))
      .filter(({ purchases }) => purchases > 0);
  const [before, now] = [buyersOn(champion.asOf), buyersOn(asOf)];
  return WATCHED.flatMap(({ name, of }) => inputDrift(name, before.map(of), now.map(of)) ?? []);
}

/** Of the newest month with enough customers, for each figure. */
function monthAlarms(months: MonitoringReport['months'], asOf: CalendarDay): readonly MonitoringAlarm[] {
  const many = months.filter(({ customers }) => customers >= FEWEST_OF_MONTH);
  const last = many.at(-1);
  const judged = many.findLast(({ intervalCoverage }) => intervalCoverage !== null);
  const coverage = judged?.intervalCoverage ?? null;
  const alarms: MonitoringAlarm[] = [];
  if (last && last.calibrationError > CALIBRATION_ALARM) {
    alarms.push({
      kind: 'calibration',
      what: 'churn risk',
      on: asOf,
      message: `Churn risks of ${last.month} came true by ${(last.calibrationError * 100).toFixed(1)} points otherwise than they said, in the mean of tenths (alarm above ${CALIBRATION_ALARM * 100}).`,
    });
  }
  if (judged && coverage !== null && (coverage < COVERAGE_ALARM.low || coverage > COVERAGE_ALARM.high)) {
    alarms.push({
      kind: 'coverage',
      what: 'value in 12 months',
      on: asOf,
      message: `The 80 % interval of value shown in ${judged.month} held what came for ${(coverage * 100).toFixed(1)} % of the customers.`,
    });
  }
  return alarms;
}

function inputAlarms(inputs: MonitoringReport['inputs'], asOf: CalendarDay): readonly MonitoringAlarm[] {
  return inputs
    .filter(({ psi }) => psi > PSI_ALARM)
    .map(({ name, psi }) => ({
      kind: 'input',
      what: name,
      on: asOf,
      message: `"${name}" is not distributed as when the champion was trained (stability index ${psi.toFixed(2)}, alarm above ${PSI_ALARM}): look whether a source changed or is missing.`,
    }));
}
