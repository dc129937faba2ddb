import type { Tree } from './tree.ts';

/** Collects a tree's nodes while it grows. */
export interface TreeBuilder {
  /** Adds a leaf and returns its number. */
  leaf(value: number, cover: number): number;
  /** Turns a leaf into an inner node with these children. */
  split(node: number, split: BuiltSplit, left: number, right: number): void;
  build(): Tree;
}

/** What an inner node asks. */
export interface BuiltSplit {
  readonly feature: number;
  readonly threshold: number;
  readonly missingLeft: boolean;
  readonly gain: number;
  readonly goesRight?: Uint32Array;
}

/** An empty tree. */
export function treeBuilder(): TreeBuilder {
  const feature: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const missingLeft: number[] = [];
  const value: number[] = [];
  const gain: number[] = [];
  const cover: number[] = [];
  const goesRight = new Map<number, Uint32Array>();
  return {
    leaf(leafValue, leafCover) {
      feature.push(-1);
      threshold.push(0);
      left.push(-1);
      right.push(-1);
      missingLeft.push(0);
      value.push(leafValue);
      gain.push(0);
      cover.push(leafCover);
      return feature.length - 1;
    },
    split(node, split, leftChild, rightChild) {
      feature[node] = split.feature;
      threshold[node] = split.threshold;
      left[node] = leftChild;
      right[node] = rightChild;
      missingLeft[node] = split.missingLeft ? 1 : 0;
      gain[node] = split.gain;
      if (split.goesRight) goesRight.set(node, split.goesRight);
    },
    build: () => ({
      feature: Int32Array.from(feature),
      threshold: Float32Array.from(threshold),
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      missingLeft: Uint8Array.from(missingLeft),
      value: Float32Array.from(value),
      gain: Float32Array.from(gain),
      cover: Float32Array.from(cover),
      goesRight,
    }),
  };
}
