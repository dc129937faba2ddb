import { DataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { FitDiagnostics, ModelArtifact } from '../../ports/model.ts';
import type { Feature, ObjectiveName, Tree, TreeEnsemble } from './tree.ts';

const FORMAT_VERSION = 1;

/** Trees as plain JSON. Numbers are f32 and come back to the last bit. */
export function writeEnsemble(
  model: string,
  ensemble: TreeEnsemble,
  diagnostics: FitDiagnostics,
  extra: Readonly<Record<string, Json>> = {},
): ModelArtifact {
  return {
    model,
    formatVersion: FORMAT_VERSION,
    parameters: {
      ...extra,
      features: ensemble.features,
      objective: ensemble.objective,
      tweediePower: ensemble.tweediePower,
      baseMargin: ensemble.baseMargin,
      trees: ensemble.trees.map(
        (tree): Json => ({
          feature: Array.from(tree.feature),
          threshold: Array.from(tree.threshold),
          left: Array.from(tree.left),
          right: Array.from(tree.right),
          missingLeft: Array.from(tree.missingLeft),
          value: Array.from(tree.value),
          gain: Array.from(tree.gain),
          cover: Array.from(tree.cover),
          goesRight: Array.from(tree.goesRight, ([node, bits]): Json => [node, Array.from(bits)]),
        }),
      ),
    },
    diagnostics,
  };
}

interface SavedTree extends Readonly<Record<Exclude<keyof Tree, 'goesRight'>, readonly number[]>> {
  readonly goesRight: readonly (readonly [number, readonly number[]])[];
}

interface SavedEnsemble extends Omit<TreeEnsemble, 'trees'> {
  readonly features: readonly Feature[];
  readonly objective: ObjectiveName;
  readonly trees: readonly SavedTree[];
}

/**
 * Reads what writeEnsemble wrote for this model.
 *
 * @throws DataError when it is another model's or of an unknown version
 */
export function readEnsemble(
  artifact: Json,
  model: string,
): { ensemble: TreeEnsemble; diagnostics: FitDiagnostics; parameters: Readonly<Record<string, Json>> } {
  const saved = artifact as unknown as ModelArtifact;
  if (saved?.model !== model || saved.formatVersion !== FORMAT_VERSION) {
    throw new DataError({
      field: 'model',
      expected: `a saved ${model} of format ${FORMAT_VERSION}`,
      found: `${saved?.model} of format ${saved?.formatVersion}`,
      remedy: 'train again',
    });
  }
  const parameters = saved.parameters as unknown as SavedEnsemble;
  const ensemble = {
    features: parameters.features,
    objective: parameters.objective,
    tweediePower: parameters.tweediePower,
    baseMargin: parameters.baseMargin,
    trees: parameters.trees.map(
      (tree): Tree => ({
        feature: Int32Array.from(tree.feature),
        threshold: Float32Array.from(tree.threshold),
        left: Int32Array.from(tree.left),
        right: Int32Array.from(tree.right),
        missingLeft: Uint8Array.from(tree.missingLeft),
        value: Float32Array.from(tree.value),
        gain: Float32Array.from(tree.gain),
        cover: Float32Array.from(tree.cover),
        goesRight: new Map(tree.goesRight.map(([node, bits]) => [node, Uint32Array.from(bits)])),
      }),
    ),
  };
  return { ensemble, diagnostics: saved.diagnostics, parameters: saved.parameters };
}
