import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { FitDiagnostics, ModelArtifact } from '../../ports/model.ts';
import { type LogLikelihood, maximiseLikelihood } from './maximum-likelihood.ts';
import { type LogNormalPrior, smallBookPenalty } from './public-prior.ts';
import type { TransactionOptions } from './transaction-model.ts';
import { coarseTable, summariseTable, type TransactionTable } from './transaction-table.ts';

/** What one transaction model brings to the fit that all of them share. */
export interface TransactionLikelihood<Name extends string> {
  parameterNames: readonly Name[];
  /** Which of them are times: these are scaled with the unit of time. */
  times: readonly Name[];
  /** For data whose longest age is 1. */
  starts: readonly (readonly number[])[];
  prior: readonly LogNormalPrior[];
  of(table: TransactionTable): LogLikelihood;
  /** What is odd about these parameters, and what to do about it. */
  warningsOf(parameters: Readonly<Record<Name, number>>, table: TransactionTable): readonly string[];
}

/**
 * Keeps parameters finite where the likelihood is flat (a -> 0, or a and b -> infinity together): too faint to move a fit that has
 * a maximum by more than 1e-5 of a parameter.
 */
export const FAINT_PENALTY = 1e-4;

/** Above so many distinct rows, starts are explored on a coarser table, in steps of the longest age. */
const MANY_ROWS = 1_500;
const COARSE_STEPS = 20;

/** Fits by penalised maximum likelihood, in units of the longest age, so that scale parameters are near 1 whatever the unit of time. */
export function fitTransactions<Name extends string>(
  table: TransactionTable,
  likelihood: TransactionLikelihood<Name>,
  options: TransactionOptions,
): { parameters: Record<Name, number>; diagnostics: FitDiagnostics } {
  const { repeatCustomers, repeatPurchases, longestWeeks } = summariseTable(table);
  if (repeatCustomers === 0) {
    throw new NotFittedError(
      'No customer has bought twice, so nothing can be learned about buying again. Wait for repeat purchases, or bring in older transactions.',
    );
  }
  const automatic = smallBookPenalty(table);
  const penalty = options.penalty ?? Math.max(automatic.penalty, FAINT_PENALTY);
  const scale = Math.max(longestWeeks, 1e-9);
  const scaled = { ...table, weeks: table.weeks.map((week) => week / scale) };
  const isTime = likelihood.parameterNames.map((name) => likelihood.times.includes(name));
  const maximum = maximiseLikelihood({
    logLikelihood: likelihood.of(scaled),
    ...(table.weight.length > MANY_ROWS && { coarse: likelihood.of(coarseTable(scaled, COARSE_STEPS)) }),
    starts: likelihood.starts,
    customers: table.customers,
    prior: {
      weight: penalty,
      of: likelihood.prior.map((prior, i) => (isTime[i] ? { ...prior, value: prior.value / scale } : prior)),
    },
  });
  const inWeeks = maximum.parameters.map((value, i) => (isTime[i] ? value * scale : value));
  const parameters = Object.fromEntries(
    likelihood.parameterNames.map((name, i) => [name, inWeeks[i] as number]),
  ) as Record<Name, number>;
  const warnings = [...likelihood.warningsOf(parameters, table)];
  if (!maximum.converged) {
    warnings.push(
      'The fit did not converge. Check for customers with extreme purchase counts, or fit with penalty 1, which leans on a published book.',
    );
  }
  if (options.penalty === undefined) warnings.push(...automatic.warnings);
  else if (repeatPurchases < 50) {
    warnings.push(`Only ${repeatPurchases} repeat purchases: the parameters are a rough guess.`);
  }
  return {
    parameters,
    diagnostics: {
      converged: maximum.converged,
      iterations: maximum.iterations,
      logLikelihood: likelihood.of(table)(inWeeks, new Float64Array(inWeeks.length)),
      rows: table.customers,
      warnings,
    },
  };
}

/** Reads what a model of this name saved. Throws DataError for another model's artifact, an unknown version, or parameters that are no numbers. */
export function readArtifact<Name extends string>(
  artifact: Json,
  name: string,
  formatVersion: number,
  parameterNames: readonly Name[],
): { parameters: Record<Name, number>; diagnostics: FitDiagnostics } {
  const saved = artifact as unknown as ModelArtifact | null;
  const refuse = (field: string, expected: string, found: string): never => {
    throw new DataError({ field, expected, found, remedy: 'train again, or update Staypower' });
  };
  if (saved?.model !== name || saved.formatVersion !== formatVersion) {
    refuse('model', `a saved ${name} of format ${formatVersion}`, `${saved?.model} of format ${saved?.formatVersion}`);
  }
  const { parameters, diagnostics } = saved as ModelArtifact;
  for (const each of parameterNames) {
    if (!Number.isFinite(parameters[each])) refuse(each, 'a number', String(parameters[each]));
  }
  return { parameters: parameters as unknown as Record<Name, number>, diagnostics };
}
