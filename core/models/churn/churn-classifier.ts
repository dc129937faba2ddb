import { DataError, NotFittedError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { FitDiagnostics, FittedModel, ModelArtifact, ModelFamily } from '../../ports/model.ts';
import type { ScoringNotice, TreeRow } from '../trees/table.ts';
import { type Calibration, type CalibrationMethod, calibrated, fitCalibration } from './calibrate.ts';
import type { Imbalance } from './imbalance.ts';
import { type FittedMember, isBoosting, MEMBERS, type MemberContext, type Tenure } from './members.ts';
import { type TrainedMember, trainingRows, trainMember } from './out-of-fold.ts';
import { fitStack, type Stack, stackedLogOdds, stackOutOfFold } from './stacking.ts';
import { stratifiedFolds } from './stratified-folds.ts';
import { SURVIVAL_MEMBERS } from './survival-members.ts';
import { bestF1Threshold } from './thresholds.ts';

/** The churn models of any table by name. */
export const CHURN_MODELS = ['logistic', 'random-forest', 'gradient-boosting', 'ensemble'] as const;
export type ChurnModelName = (typeof CHURN_MODELS)[number] | 'survival';

/** The churn models of a table: with a tenure the survival models are one of them, and in the ensemble. */
export function churnModelsFor(tenure: Tenure | undefined): readonly ChurnModelName[] {
  return tenure ? [...CHURN_MODELS, 'survival'] : CHURN_MODELS;
}

/** What all members are fitted with. */
export interface MemberOptions extends MemberContext {
  readonly imbalance: Imbalance;
  /** Rows with the same entry stay in one fold, such as those of one customer; exact copies when left out. */
  readonly groups?: readonly string[] | undefined;
  /** Called after each member. */
  readonly onTrained?: (member: string) => void;
}

/** What a churn model is fitted with. */

export interface ChurnClassifierOptions extends MemberOptions {
  readonly model: ChurnModelName;
  readonly calibration: CalibrationMethod;
}

/** A calibrated churn model on a table: predict says the probability of label 1. */
export interface FittedChurnClassifier extends FittedModel<TreeRow, number> {
  /** What it is made of: one member, or the stack's. */
  readonly members: readonly { readonly name: string; readonly fitted: FittedMember; readonly weight: number }[];
  readonly calibration: Calibration;
  /** Best F1 on the training rows, by predictions out of fold. */
  readonly threshold: number;
  /** Of each training row in their order, by fits that did not see it, calibrated; empty once loaded. */
  readonly outOfFold: readonly number[];
  /** What predict has to work around in these rows, such as categories never seen; empty when nothing. */
  notices(rows: readonly TreeRow[]): readonly ScoringNotice[];
}

/** Fitted members of one set of training rows: what every churn model is put together from. */
export interface TrainedMembers {
  readonly members: readonly TrainedMember[];
  readonly labels: readonly (0 | 1)[];
  readonly folds: Int32Array;
  readonly tenure: Tenure | undefined;
}

/** The model face of the calibrated churn models. */
export interface ChurnClassifierFamily extends ModelFamily<TreeRow, number, ChurnClassifierOptions> {
  fit(rows: readonly TreeRow[], options: ChurnClassifierOptions): FittedChurnClassifier;
  load(artifact: Json): FittedChurnClassifier;
}

const NAME = 'churn-classifier';
const FORMAT_VERSION = 1;
const FOLDS = 5;
/** Fewer of either outcome cannot be spread over folds. */
const FEWEST = 2;

/** A churn model with its calibration and threshold, both learned from predictions out of fold. */
export const churnClassifier: ChurnClassifierFamily = {
  name: NAME,
  fit: (rows, { model, calibration, ...options }) =>
    classifierOf(trainMembers(rows, options, membersOf(model, options.tenure)), model, calibration),
  load: (artifact) => {
    const saved = artifact as unknown as ModelArtifact;
    if (saved?.model !== NAME || saved.formatVersion !== FORMAT_VERSION) {
      throw new DataError({
        field: 'model',
        expected: `a saved ${NAME} of format ${FORMAT_VERSION}`,
        found: `${saved?.model} of format ${saved?.formatVersion}`,
        remedy: 'train again',
      });
    }
    const { members, ...rest } = saved.parameters as unknown as Omit<Parts, 'members' | 'outOfFold'> & {
      members: readonly { name: string; artifact: Json }[];
    };
    const loaded = members.map(({ name, artifact: each }) => ({ name, fitted: memberNamed(name).load(each) }));
    return assemble({ ...rest, members: loaded, outOfFold: [] }, saved.diagnostics);
  },
};

/** Names of the members that a churn model is chosen or put together from. */
export function membersOf(model: ChurnModelName, tenure?: Tenure): readonly string[] {
  const all = MEMBERS.map(({ name }) => name);
  const survival = SURVIVAL_MEMBERS.map(({ name }) => name);
  switch (model) {
    case 'ensemble':
      return tenure ? [...all, ...survival] : all;
    case 'gradient-boosting':
      return all.filter(isBoosting);
    case 'survival':
      return survival;
    default:
      return [model];
  }
}

/**
 * Fits members to training rows, whole and out of fold; all of them when none is named.
 *
 * @throws DataError for an unusable row; NotFittedError when an outcome is too rare to learn from
 */
export function trainMembers(
  rows: readonly TreeRow[],
  { onTrained, groups = copies(rows), ...context }: MemberOptions,
  names: readonly string[] = membersOf('ensemble', context.tenure),
): TrainedMembers {
  const labels = rows.map(({ label }, row) => labelOf(label, row));
  const events = labels.reduce<number>((sum, label) => sum + label, 0);
  const rarer = Math.min(events, rows.length - events);
  if (rarer < FEWEST) {
    throw new NotFittedError(
      `Of ${rows.length} rows ${events} had the event: at least ${FEWEST} with and ${FEWEST} without it are needed. Add rows, or choose another label.`,
    );
  }
  const folds = stratifiedFolds(labels, Math.min(FOLDS, rarer), context.random, groups);
  const trainingSet = trainingRows(rows, folds, context);
  const members = names.map((name) => {
    const trained = trainMember(memberNamed(name), rows, folds, context, trainingSet);
    onTrained?.(name);
    return trained;
  });
  return { members, labels, folds, tenure: context.tenure };
}

/** Puts a churn model together from fitted members. */
export function classifierOf(
  trained: TrainedMembers,
  model: ChurnModelName,
  method: CalibrationMethod,
): FittedChurnClassifier {
  const { labels, folds } = trained;
  const wanted = new Set(membersOf(model, trained.tenure));
  const members = trained.members.filter(({ name }) => wanted.has(name));
  const chosen = model === 'gradient-boosting' || model === 'survival';
  const used = chosen ? [bestOf(members, labels)] : members;
  const columns = used.map(({ outOfFold }) => outOfFold);
  const alone = used.length === 1;
  const stack = alone ? { intercept: 0, weights: [1] } : fitStack(columns, labels);
  const logOdds = alone ? (columns[0] ?? []) : stackOutOfFold(columns, labels, folds);
  const calibration = fitCalibration(method, logOdds, labels);
  const outOfFold = logOdds.map((each) => calibrated(calibration, each));
  const regression = model === 'logistic' ? used[0]?.fitted.diagnostics : undefined;
  return assemble(
    {
      classifier: model,
      members: used,
      stack,
      calibration,
      threshold: bestF1Threshold(outOfFold, labels).threshold,
      outOfFold,
    },
    {
      converged: used.every(({ fitted }) => fitted.diagnostics.converged),
      iterations: used.reduce((sum, { fitted }) => sum + fitted.diagnostics.iterations, 0),
      logLikelihood: regression?.logLikelihood ?? null,
      rows: labels.length,
      warnings: [...new Set(used.flatMap(({ fitted }) => fitted.diagnostics.warnings))],
    },
  );
}

interface Parts {
  classifier: ChurnModelName;
  members: readonly { name: string; fitted: FittedMember }[];
  stack: Stack;
  calibration: Calibration;
  threshold: number;
  outOfFold: readonly number[];
}

function assemble(parts: Parts, diagnostics: FitDiagnostics): FittedChurnClassifier {
  const { classifier, members, stack, calibration, threshold, outOfFold } = parts;
  // A member without weight is not asked.
  const asked = members
    .map((member, m) => ({ ...member, weight: stack.weights[m] ?? 0 }))
    .filter(({ weight }) => weight > 0);
  const weighed = { intercept: stack.intercept, weights: asked.map(({ weight }) => weight) };
  return {
    name: NAME,
    diagnostics,
    members: asked,
    calibration,
    threshold,
    outOfFold,
    predict: (rows) => {
      const columns = rows.length === 0 ? [] : asked.map(({ fitted }) => fitted.logOdds(rows));
      return stackedLogOdds(weighed, columns, rows.length).map((each) => calibrated(calibration, each));
    },
    notices: (rows) => asked[0]?.fitted.notices(rows) ?? [],
    save: () => ({
      model: NAME,
      formatVersion: FORMAT_VERSION,
      parameters: {
        classifier,
        members: asked.map(({ name, fitted }) => ({ name, artifact: fitted.save() as unknown as Json })),
        stack: weighed,
        calibration: calibration as unknown as Json,
        threshold,
      },
      diagnostics,
    }),
  };
}

/** The member with the least logarithmic loss out of fold, each calibrated first. */
function bestOf(members: readonly TrainedMember[], labels: readonly (0 | 1)[]): TrainedMember {
  const losses = members.map(({ outOfFold }) => {
    const calibration = fitCalibration('platt', outOfFold, labels);
    return outOfFold.reduce((sum, each, row) => {
      const probability = calibrated(calibration, each);
      return sum - Math.log(Math.max(labels[row] === 1 ? probability : 1 - probability, 1e-12));
    }, 0);
  });
  return members[losses.indexOf(Math.min(...losses))] as TrainedMember;
}

function memberNamed(name: string) {
  const found = [...MEMBERS, ...SURVIVAL_MEMBERS].find((member) => member.name === name);
  if (found) return found;
  throw new DataError({
    field: 'member',
    expected: `one of ${MEMBERS.map((member) => member.name).join('; ')}`,
    found: name,
    remedy: 'train again',
  });
}

function labelOf(label: number | undefined, row: number): 0 | 1 {
  if (label === 0 || label === 1) return label;
  throw new DataError({
    row,
    field: 'label',
    expected: '0 or 1',
    found: String(label),
    remedy: 'leave out customers whose outcome is not known',
  });
}

/** With fewer different rows than this, columns are few or coarse, and customers who look alike are not copies. */
const SHARE_OF_DISTINCT = 0.75;

/**
 * Groups for folds that keep exact copies together: on both sides of a split they would make figures too good. Each row on its own where
 * so many say the same that they cannot be copies.
 */
export function copies(rows: readonly TreeRow[]): readonly string[] {
  const said = rows.map(({ values }) => JSON.stringify(values));
  return new Set(said).size >= SHARE_OF_DISTINCT * rows.length ? said : rows.map((_, row) => String(row));
}
