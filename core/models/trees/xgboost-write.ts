import { DataError } from '../../domain/errors.ts';
import { objectiveOf } from './objectives.ts';
import type { Tree, TreeEnsemble } from './tree.ts';

/** Parent of a root in XGBoost's files: the greatest Int32. */
const NO_PARENT = 2_147_483_647;

/**
 * A model as XGBoost's JSON, in the form of 1.7 that 2.x and 3.x read too. Categories become codes, by their place in the feature's
 * list. Floats are printed with a point or exponent always: XGBoost refuses an integer where it expects one.
 *
 * @throws DataError for a model whose base margin XGBoost cannot hold (a probability of 0 or 1)
 */
export function writeXgboostJson(ensemble: TreeEnsemble): string {
  const objective = objectiveOf(ensemble.objective, ensemble.tweediePower);
  const base = Math.fround(objective.transform(ensemble.baseMargin));
  if (!Number.isFinite(objective.margin(base))) {
    throw new DataError({
      field: 'baseMargin',
      expected: 'a margin that single precision can hold',
      found: String(ensemble.baseMargin),
      remedy: 'train on outcomes that differ',
    });
  }
  const width = String(ensemble.features.length);
  const categorical = ensemble.features.some(({ kind }) => kind === 'category');
  const trees = ensemble.trees.map((tree, id) => treeJson(tree, id, width));
  const param: Record<string, unknown> = { name: objective.xgboostName };
  if (ensemble.objective === 'logistic' || ensemble.objective === 'squared')
    param['reg_loss_param'] = { scale_pos_weight: '1' };
  if (ensemble.objective === 'poisson') param['poisson_regression_param'] = { max_delta_step: '0.7' };
  if (ensemble.objective === 'tweedie') {
    param['tweedie_regression_param'] = { tweedie_variance_power: String(ensemble.tweediePower) };
  }
  const learner = {
    attributes: {},
    feature_names: ensemble.features.map(({ name }) => name),
    feature_types: categorical ? ensemble.features.map(({ kind }) => (kind === 'category' ? 'c' : 'float')) : [],
    learner_model_param: {
      base_score: float(base),
      // '1' would have XGBoost put its own base score in place of this one.
      boost_from_average: '0',
      num_class: '0',
      num_feature: width,
      num_target: '1',
    },
    objective: param,
  };
  const booster = [
    `"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"${trees.length}","size_leaf_vector":"0"}`,
    `"iteration_indptr":[${Array.from({ length: trees.length + 1 }, (_, t) => t).join(',')}]`,
    `"tree_info":[${trees.map(() => '0').join(',')}]`,
    `"trees":[${trees.join(',')}]`,
  ];
  const gradientBooster = `"gradient_booster":{"name":"gbtree","model":{${booster.join(',')}}}`;
  return `{"learner":{${gradientBooster},${JSON.stringify(learner).slice(1)},"version":[1,7,4]}`;
}

function treeJson(tree: Tree, id: number, width: string): string {
  const nodes = tree.feature.length;
  const each = <T>(value: (node: number) => T) => Array.from({ length: nodes }, (_, node) => value(node));
  const leaf = (node: number) => (tree.feature[node] as number) < 0;
  const parents = new Array<number>(nodes).fill(NO_PARENT);
  for (let node = 0; node < nodes; node += 1) {
    if (leaf(node)) continue;
    parents[tree.left[node] as number] = node;
    parents[tree.right[node] as number] = node;
  }
  const categories: number[] = [];
  const categoryNodes = [...tree.goesRight.keys()].sort((a, b) => a - b);
  const segments: number[] = [];
  const sizes: number[] = [];
  for (const node of categoryNodes) {
    const codes = codesOf(tree.goesRight.get(node) ?? new Uint32Array(0));
    segments.push(categories.length);
    sizes.push(codes.length);
    categories.push(...codes);
  }
  const floats = (values: readonly number[]) => `[${values.map(float).join(',')}]`;
  const columns: Readonly<Record<string, string>> = {
    base_weights: floats(Array.from(tree.value)),
    categories: JSON.stringify(categories),
    categories_nodes: JSON.stringify(categoryNodes),
    categories_segments: JSON.stringify(segments),
    categories_sizes: JSON.stringify(sizes),
    default_left: JSON.stringify(Array.from(tree.missingLeft)),
    id: String(id),
    left_children: JSON.stringify(Array.from(tree.left)),
    loss_changes: floats(Array.from(tree.gain)),
    parents: JSON.stringify(parents),
    right_children: JSON.stringify(Array.from(tree.right)),
    split_conditions: floats(each((node) => (leaf(node) ? tree.value[node] : tree.threshold[node]) as number)),
    split_indices: JSON.stringify(each((node) => Math.max(tree.feature[node] as number, 0))),
    split_type: JSON.stringify(each((node) => (tree.goesRight.has(node) ? 1 : 0))),
    sum_hessian: floats(Array.from(tree.cover)),
    tree_param: JSON.stringify({
      num_deleted: '0',
      num_feature: width,
      num_nodes: String(nodes),
      size_leaf_vector: '0',
    }),
  };
  const fields = Object.entries(columns).map(([name, value]) => `"${name}":${value}`);
  return `{${fields.join(',')}}`;
}

/** The categories whose bits are set. */
function codesOf(bits: Uint32Array): readonly number[] {
  const codes: number[] = [];
  for (let code = 0; code < bits.length * 32; code += 1) {
    if ((bits[code >> 5] as number) & (1 << (code & 31))) codes.push(code);
  }
  return codes;
}

/** A float as XGBoost writes it, such as 5E-1: the fewest digits that give the same f32 (9 always do; XGBoost reads no more). */
function float(value: number): string {
  for (let digits = 0; ; digits += 1) {
    const text = value.toExponential(digits);
    if (digits >= 8 || Math.fround(Number(text)) === value) return text.replace('e+', 'E').replace('e', 'E');
  }
}
