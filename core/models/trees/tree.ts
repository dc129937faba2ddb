/** A feature as a fitted model knows it. */
export type Feature =
  | { readonly name: string; readonly kind: 'number' }
  /** A category's code is its place in the list. */
  | { readonly name: string; readonly kind: 'category'; readonly categories: readonly string[] };

/**
 * A binary tree as columns over its nodes; node 0 is the root. Numbers are f32 as in XGBoost, so that the model can be exchanged. A
 * number goes left below the threshold; a category goes right when its bit is set; a missing value goes where missingLeft says.
 */
export interface Tree {
  /** Feature asked at the node; -1 at a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly missingLeft: Uint8Array;
  /** What a leaf adds to the margin; at inner nodes, what it would add were it a leaf. */
  readonly value: Float32Array;
  /** How much the split lowered twice the training loss; 0 at leaves. */
  readonly gain: Float32Array;
  /** Sum of hessians of the training rows that came by. */
  readonly cover: Float32Array;
  /** For nodes that ask a category: bit c & 31 of word c >> 5 is set when category c goes right. */
  readonly goesRight: ReadonlyMap<number, Uint32Array>;
}

/** How trees become a prediction: see objectives.ts. */
export type ObjectiveName = 'logistic' | 'squared' | 'poisson' | 'tweedie' | 'cox';

/** Trees whose leaves add up, on top of baseMargin, to a margin (log-odds, log of a mean, or the value itself). */
export interface TreeEnsemble {
  readonly features: readonly Feature[];
  readonly objective: ObjectiveName;
  /** Power of the variance, between 1 and 2; only for the Tweedie objective. */
  readonly tweediePower: number;
  readonly baseMargin: number;
  readonly trees: readonly Tree[];
}

/** True when the category's bit is set. Codes outside the bits (never seen at training) are not. */
export function hasCategory(bits: Uint32Array, code: number): boolean {
  return code >= 0 && code < bits.length * 32 && ((bits[code >> 5] as number) & (1 << (code & 31))) !== 0;
}

/** The child that a value of the node's feature goes to. */
export function childOf(tree: Tree, node: number, value: number): number {
  const left = tree.left[node] as number;
  const right = tree.right[node] as number;
  if (Number.isNaN(value)) return tree.missingLeft[node] ? left : right;
  const bits = tree.goesRight.get(node);
  if (bits) return hasCategory(bits, value) ? right : left;
  return value < (tree.threshold[node] as number) ? left : right;
}

/** The leaf that a row reaches; its values start at `offset`. */
export function leafOf(tree: Tree, values: Float32Array, offset: number): number {
  let node = 0;
  for (;;) {
    const feature = tree.feature[node] as number;
    if (feature < 0) return node;
    node = childOf(tree, node, values[offset + feature] as number);
  }
}

/** Edges from the root to the deepest leaf; 0 for a single leaf. */
export function depthOf(tree: Tree): number {
  const depths = new Int32Array(tree.feature.length);
  let deepest = 0;
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const depth = depths[node] as number;
    deepest = Math.max(deepest, depth);
    if ((tree.feature[node] as number) < 0) continue;
    for (const child of [tree.left[node] as number, tree.right[node] as number]) {
      depths[child] = depth + 1;
      open.push(child);
    }
  }
  return deepest;
}
