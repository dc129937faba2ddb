import { DataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { FitDiagnostics, ModelArtifact } from '../../ports/model.ts';

const FORMAT_VERSION = 1;

/** What a fitted survival model is saved as. Parameters hold nothing but plain JSON. */
export function toArtifact(model: string, parameters: object, diagnostics: FitDiagnostics): ModelArtifact {
  return {
    model,
    formatVersion: FORMAT_VERSION,
    parameters: structuredClone(parameters) as ModelArtifact['parameters'],
    diagnostics,
  };
}

/** An artifact of this model. Throws DataError for another model's or one of an unknown version. */
export function fromArtifact(model: string, artifact: Json): ModelArtifact {
  const saved = artifact as unknown as ModelArtifact | null;
  if (saved?.model === model && saved.formatVersion === FORMAT_VERSION) return saved;
  throw new DataError({
    field: 'model',
    expected: `a saved ${model} of format ${FORMAT_VERSION}`,
    found: `${saved?.model} of format ${saved?.formatVersion}`,
    remedy: 'train again',
  });
}
