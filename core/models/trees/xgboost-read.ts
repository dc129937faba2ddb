import { z } from 'zod';
import { DataError } from '../../domain/errors.ts';
import { objectiveOf } from './objectives.ts';
import type { Feature, ObjectiveName, Tree, TreeEnsemble } from './tree.ts';

// The format: XGBoost's doc/tutorials/saving_model.rst and doc/model.schema. 1.7 and 2.x write base_score as "5E-1", 3.1 and later as
// "[5E-1]"; old files have booleans in default_left.
const numbers = z.array(z.number());
const treeSchema = z.object({
  left_children: numbers,
  right_children: numbers,
  split_indices: numbers,
  split_conditions: z.array(z.number().nullable()),
  default_left: z.array(z.union([z.number(), z.boolean()])),
  loss_changes: numbers,
  sum_hessian: numbers,
  base_weights: numbers,
  split_type: z.array(z.number()).optional(),
  categories: numbers.optional(),
  categories_nodes: numbers.optional(),
  categories_segments: numbers.optional(),
  categories_sizes: numbers.optional(),
});
const modelSchema = z.object({
  version: z.tuple([z.number(), z.number(), z.number()]),
  learner: z.object({
    feature_names: z.array(z.string()).optional(),
    feature_types: z.array(z.string()).optional(),
    learner_model_param: z.object({
      base_score: z.string(),
      num_class: z.string(),
      num_feature: z.string(),
      num_target: z.string().optional(),
    }),
    objective: z.looseObject({ name: z.string() }),
    gradient_booster: z.object({
      name: z.string(),
      model: z.object({ trees: z.array(treeSchema), cats: z.object({ enc: z.array(z.unknown()) }).optional() }),
    }),
  }),
});

const OBJECTIVES: Readonly<Record<string, ObjectiveName>> = {
  'binary:logistic': 'logistic',
  'reg:logistic': 'logistic',
  'reg:squarederror': 'squared',
  'count:poisson': 'poisson',
  'reg:tweedie': 'tweedie',
  'survival:cox': 'cox',
};

/**
 * Reads a model that XGBoost (1.x to 3.x) saved as JSON. Feature names are XGBoost's, or f0, f1, ... where it has none; a category's
 * name is its code.
 *
 * @throws DataError naming what is not a model of this format, or of a kind that is not read (dart, gblinear, several classes)
 */
export function readXgboostJson(text: string): TreeEnsemble {
  const { learner } = parse(text);
  const { learner_model_param: param, gradient_booster: booster } = learner;
  if (booster.name !== 'gbtree')
    refuse('learner.gradient_booster.name', '"gbtree"', booster.name, 'train with booster="gbtree"');
  if (Number(param.num_class) > 1 || Number(param.num_target ?? 1) > 1) {
    refuse('learner.learner_model_param.num_class', 'one output', param.num_class, 'train one model for each class');
  }
  if ((booster.model.cats?.enc.length ?? 0) > 0) {
    refuse('gradient_booster.model.cats', 'categories as codes', 'a table of names', 'train on category codes');
  }
  const objective = OBJECTIVES[learner.objective.name];
  if (!objective) {
    refuse(
      'learner.objective.name',
      `one of ${Object.keys(OBJECTIVES).join(', ')}`,
      learner.objective.name,
      'train with one of them',
    );
  }
  const base = param.base_score
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map(Number);
  const [baseScore = Number.NaN] = base;
  if (base.length !== 1 || !Number.isFinite(baseScore)) {
    refuse('learner.learner_model_param.base_score', 'one number', param.base_score, 'save the model again');
  }
  const width = Number(param.num_feature);
  const trees = booster.model.trees.map((tree, index) => readTree(tree, index, width));
  const tweediePower = readPower(learner.objective);
  return {
    features: readFeatures(learner, width, trees),
    objective,
    tweediePower,
    // Single precision, as XGBoost turns the base score into a margin.
    baseMargin: Math.fround(objectiveOf(objective, tweediePower).margin(Math.fround(baseScore))),
    trees,
  };
}

type Learner = z.infer<typeof modelSchema>['learner'];

function parse(text: string): z.infer<typeof modelSchema> {
  let json: unknown;
  try {
    json = JSON.parse(withoutNaN(text));
  } catch {
    refuse('model', 'JSON', 'other text', 'save the model with a name that ends in .json');
  }
  const parsed = modelSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return refuse(
    issue?.path.join('.') || 'model',
    "XGBoost's model format",
    issue?.message ?? '',
    'save the model again',
  );
}

/** XGBoost writes NaN, which JSON does not know, as the condition of categorical splits. */
function withoutNaN(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|NaN/g, (token) => (token === 'NaN' ? 'null' : token));
}

function refuse(field: string, expected: string, found: string, remedy: string): never {
  throw new DataError({ field, expected, found, remedy });
}

function readPower(objective: Learner['objective']): number {
  const param = objective['tweedie_regression_param'] as { tweedie_variance_power?: string } | undefined;
  return Number(param?.tweedie_variance_power ?? 1.5);
}

function readTree(tree: z.infer<typeof treeSchema>, index: number, width: number): Tree {
  const nodes = tree.left_children.length;
  const columns = [
    tree.right_children,
    tree.split_indices,
    tree.split_conditions,
    tree.default_left,
    tree.base_weights,
  ];
  const field = `gradient_booster.model.trees.${index}`;
  if (nodes === 0 || columns.some((column) => column.length !== nodes)) {
    refuse(field, 'columns of one length', 'others', 'save the model again');
  }
  const leaf = (node: number) => tree.left_children[node] === -1;
  for (let node = 0; node < nodes; node += 1) {
    if (leaf(node)) continue;
    // Children after their parent: no walk can run in circles.
    const children = [tree.left_children[node] as number, tree.right_children[node] as number];
    const feature = tree.split_indices[node] as number;
    if (children.some((child) => !(child > node && child < nodes)) || !(feature >= 0 && feature < width)) {
      refuse(field, 'children and features that exist', `node ${node}`, 'save the model again');
    }
  }
  const inner = (values: readonly (number | null)[], otherwise: number) =>
    values.map((value, node) => (leaf(node) ? otherwise : (value ?? otherwise)));
  return {
    feature: Int32Array.from(inner(tree.split_indices, -1)),
    threshold: Float32Array.from(inner(tree.split_conditions, 0)),
    left: Int32Array.from(tree.left_children),
    right: Int32Array.from(tree.right_children),
    missingLeft: Uint8Array.from(tree.default_left, Number),
    // XGBoost keeps a leaf's value in split_conditions.
    value: Float32Array.from(
      tree.base_weights,
      (weight, node) => (leaf(node) ? tree.split_conditions[node] : weight) ?? 0,
    ),
    gain: Float32Array.from(inner(tree.loss_changes, 0)),
    cover: Float32Array.from(tree.sum_hessian),
    goesRight: readCategories(tree),
  };
}

function readCategories(tree: z.infer<typeof treeSchema>): Map<number, Uint32Array> {
  const goesRight = new Map<number, Uint32Array>();
  const { categories = [], categories_nodes = [], categories_segments = [], categories_sizes = [] } = tree;
  for (const [k, node] of categories_nodes.entries()) {
    const start = categories_segments[k] ?? 0;
    const codes = categories.slice(start, start + (categories_sizes[k] ?? 0));
    const bits = new Uint32Array(Math.floor(Math.max(0, ...codes) / 32) + 1);
    for (const code of codes) bits[code >> 5] = (bits[code >> 5] as number) | (1 << (code & 31));
    goesRight.set(node, bits);
  }
  return goesRight;
}

function readFeatures(learner: Learner, width: number, trees: readonly Tree[]): readonly Feature[] {
  return Array.from({ length: width }, (_, f): Feature => {
    const name = learner.feature_names?.[f] ?? `f${f}`;
    if (learner.feature_types?.[f] !== 'c') return { name, kind: 'number' };
    // XGBoost does not say how many categories there were. One more than any split names is enough: all beyond go left alike.
    let words = 0;
    for (const tree of trees) {
      for (const [node, bits] of tree.goesRight) if (tree.feature[node] === f) words = Math.max(words, bits.length);
    }
    return {
      name,
      kind: 'category',
      categories: Array.from({ length: words * 32 + 1 }, (_unused, code) => String(code)),
    };
  });
}
