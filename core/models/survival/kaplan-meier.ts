import { NotFittedError } from '../../domain/errors.ts';
import type { FitDiagnostics } from '../../ports/model.ts';
import { fromArtifact, toArtifact } from './artifact.ts';
import { stepAt, timeAtHeight } from './step-curve.ts';
import { stepSurvival } from './step-survival.ts';
import type { FittedSurvivalModel, SurvivalFamily } from './survival-model.ts';
import { checkSurvivalRows, type SurvivalRow } from './survival-row.ts';

/** What was seen: for each time with an event, ascending, those still at risk and those who had it. */
export interface LifeTable {
  readonly times: readonly number[];
  readonly atRisk: readonly number[];
  readonly events: readonly number[];
  /** The longest time anybody was followed. */
  readonly until: number;
}

/** One step of the curve. */
export interface SurvivalStep {
  time: number;
  atRisk: number;
  events: number;
  /** S(t) from this time on. */
  survival: number;
  /** 95 % interval; equal to `survival` where that is 0, because Greenwood's formula then says nothing. */
  low: number;
  high: number;
}

/** A survival time with its 95 % interval; null for an end that the curve does not reach. */
export interface SurvivalTime {
  time: number | null;
  low: number | null;
  high: number | null;
}

/** A fitted Kaplan-Meier curve: the same for every customer. */
export interface FittedKaplanMeier extends FittedSurvivalModel {
  readonly steps: readonly SurvivalStep[];
  /** The first time with S(t) <= 1 - p, and where the limits of the interval cross that level (Brookmeyer & Crowley 1982). */
  quantile(p: number): SurvivalTime;
  /** The Nelson-Aalen estimate of the cumulative hazard at a time. */
  cumulativeHazard(time: number): number;
}

const NAME = 'kaplan-meier';
const Z_95 = 1.959963984540054;

/** The product-limit estimate (Kaplan & Meier 1958) with Greenwood's variance on the log-minus-log scale, which keeps intervals inside 0..1. */
export const kaplanMeier: SurvivalFamily<Record<string, never>, FittedKaplanMeier> = {
  name: NAME,
  fit: (rows) => {
    if (rows.length === 0) throw new NotFittedError('There are no customers. Bring in a table with at least one.');
    checkSurvivalRows(rows);
    const table = lifeTable(rows);
    const events = table.events.reduce((sum, count) => sum + count, 0);
    const warnings: string[] = [];
    if (events === 0) {
      warnings.push(
        `None of the ${rows.length} customers has had the event: the curve stays at 1 and says nothing of when it comes.`,
      );
    } else if (events < 10) {
      warnings.push(`Only ${events} events: read the intervals, not the curve.`);
    }
    return fitted(table, {
      converged: true,
      iterations: 1,
      logLikelihood: logLikelihood(table),
      rows: rows.length,
      warnings,
    });
  },
  load: (artifact) => {
    const { parameters, diagnostics } = fromArtifact(NAME, artifact);
    return fitted(parameters as unknown as LifeTable, diagnostics);
  },
};

/** Counts those at risk and the events at each time with an event. */
export function lifeTable(rows: readonly SurvivalRow[]): LifeTable {
  const sorted = [...rows].sort((a, b) => a.duration - b.duration);
  const table = { times: [] as number[], atRisk: [] as number[], events: [] as number[] };
  for (let start = 0; start < sorted.length; ) {
    const time = sorted[start]?.duration as number;
    let [end, events] = [start, 0];
    for (; end < sorted.length && sorted[end]?.duration === time; end += 1) events += Number(sorted[end]?.event);
    if (events > 0) {
      table.times.push(time);
      table.atRisk.push(sorted.length - start);
      table.events.push(events);
    }
    start = end;
  }
  return { ...table, until: sorted.at(-1)?.duration ?? 0 };
}

/** S(t) after each time of a life table. */
export function productLimit({ atRisk, events }: LifeTable): readonly number[] {
  let survival = 1;
  return atRisk.map((n, i) => {
    survival *= (n - (events[i] as number)) / n;
    return survival;
  });
}

/** Of the discrete hazards d / n, which the curve maximises. */
function logLikelihood({ atRisk, events }: LifeTable): number {
  return atRisk.reduce((sum, n, i) => {
    const d = events[i] as number;
    const stayed = n - d;
    return sum + d * Math.log(d / n) + (stayed > 0 ? stayed * Math.log(stayed / n) : 0);
  }, 0);
}

function stepsOf(table: LifeTable): readonly SurvivalStep[] {
  const survivals = productLimit(table);
  let greenwood = 0;
  return table.times.map((time, i) => {
    const [atRisk, events] = [table.atRisk[i] as number, table.events[i] as number];
    const survival = survivals[i] as number;
    greenwood += events / (atRisk * (atRisk - events));
    if (survival === 0) return { time, atRisk, events, survival, low: 0, high: 0 };
    const spread = Math.exp((Z_95 * Math.sqrt(greenwood)) / Math.abs(Math.log(survival)));
    return { time, atRisk, events, survival, low: survival ** spread, high: survival ** (1 / spread) };
  });
}

function fitted(given: LifeTable, diagnostics: FitDiagnostics): FittedKaplanMeier {
  const table: LifeTable = Object.freeze({ ...given });
  const { times, until } = table;
  const steps = stepsOf(table);
  const curve = { times, height: (step: number) => steps[step]?.survival ?? 1, until };
  const hazards: number[] = [];
  for (const { events, atRisk } of steps) hazards.push((hazards.at(-1) ?? 0) + events / atRisk);
  const medianSurvivalTime = timeAtHeight(curve, 0.5);
  return {
    name: NAME,
    diagnostics,
    steps,
    ...stepSurvival(() => curve),
    quantile: (p) => ({
      time: timeAtHeight(curve, 1 - p),
      low: steps.find(({ low }) => low <= 1 - p)?.time ?? null,
      high: steps.find(({ survival, high }) => survival > 0 && high <= 1 - p)?.time ?? null,
    }),
    cumulativeHazard: (time) => hazards[stepAt(times, time)] ?? 0,
    predict: (rows) => rows.map(() => ({ risk: 0, medianSurvivalTime })),
    save: () => toArtifact(NAME, table, diagnostics),
  };
}
