import type { Json } from '../../domain/json.ts';
import type { FittedModel, ModelFamily } from '../../ports/model.ts';
import type { Covariate } from './covariates.ts';
import type { SurvivalRow } from './survival-row.ts';

/** What a survival model says of a customer. */
export interface SurvivalPrediction {
  /** Orders customers: the higher, the sooner the event. Log relative hazard (Cox), minus log time (AFT), 0 for everybody (Kaplan-Meier). */
  risk: number;
  /** Time at which half of customers like this one have had the event, counted from the start; null when the curve does not fall so far. */
  medianSurvivalTime: number | null;
}

/**
 * A fitted survival model. Times are in the table's unit, counted from the start of the customer; DataError refuses negative and endless
 * ones. `duration` and `event` of rows are not read.
 */
export interface FittedSurvivalModel extends FittedModel<SurvivalRow, SurvivalPrediction> {
  /** S(t): the chance that the event has not come by `time`. Null beyond what was observed, where the model does not extrapolate. */
  survival(row: SurvivalRow, time: number): number | null;
  /** The first time with S(t) <= `level`; null when the curve does not fall so far. */
  survivalTime(row: SurvivalRow, level: number): number | null;
  /**
   * S(elapsed + ahead) / S(elapsed): the chance that a customer who is still here after `elapsed` will be so for `ahead` more. Null
   * where the model cannot know: beyond what was observed, or after a time that nobody outlived.
   */
  conditionalSurvival(row: SurvivalRow, elapsed: number, ahead: number): number | null;
  /** Expected time until the event within the next `horizon` of a customer who is still here after `elapsed`: at most `horizon`. Null as above. */
  expectedRemaining(row: SurvivalRow, elapsed: number, horizon: number): number | null;
}

/** A coefficient in the units of its column, with its uncertainty: null when the fit did not converge, and so has none. */
export interface Coefficient {
  name: string;
  estimate: number;
  standardError: number | null;
  /** Of estimate / standardError = 0, two-sided. */
  pValue: number | null;
  /** 95 % interval. */
  low: number | null;
  high: number | null;
}

export interface CovariateOptions {
  /** What each entry of a row's values is. */
  covariates: readonly Covariate[];
}

/** The model face of survival models; narrower than ModelFamily in what it returns. */
export interface SurvivalFamily<Options, Fitted extends FittedSurvivalModel = FittedSurvivalModel>
  extends ModelFamily<SurvivalRow, SurvivalPrediction, Options> {
  fit(rows: readonly SurvivalRow[], options: Options): Fitted;
  load(artifact: Json): Fitted;
}
