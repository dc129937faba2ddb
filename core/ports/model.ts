import type { Json } from '../domain/json.ts';

/** How a fit went. Every fitted model carries one. */
export interface FitDiagnostics {
  converged: boolean;
  iterations: number;
  /** Maximised log-likelihood; null for models without one. */
  logLikelihood: number | null;
  /** Rows the model was fitted to (customers, not distinct rows). */
  rows: number;
  /** Plain sentences: what was odd and what to do about it. Empty when all is well. */
  warnings: readonly string[];
}

/** What every saved model carries; `load` refuses a name or format version it does not know. */
export interface ModelArtifact {
  model: string;
  formatVersion: number;
  parameters: Readonly<Record<string, Json>>;
  diagnostics: FitDiagnostics;
}

/**
 * The face of every model. `Row` is one customer's inputs, `Prediction` what it says of one customer.
 * Fitted models are immutable; rows are never changed; row order does not matter.
 */
export interface ModelFamily<Row, Prediction, Options> {
  readonly name: string;
  /** Throws DataError naming the row and field of unusable input, NotFittedError when there is nothing to fit. */
  fit(rows: readonly Row[], options: Options): FittedModel<Row, Prediction>;
  /** Throws DataError when the artifact is not this model's or of an unknown version. */
  load(artifact: Json): FittedModel<Row, Prediction>;
}

export interface FittedModel<Row, Prediction> {
  readonly name: string;
  readonly diagnostics: FitDiagnostics;
  predict(rows: readonly Row[]): readonly Prediction[];
  save(): ModelArtifact;
}
