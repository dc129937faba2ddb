import { DataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ModelArtifact } from '../../ports/model.ts';

/** Format of every survival model's artifact. */
export const FORMAT_VERSION = 1;

/** An artifact of this model. Throws DataError for another model's or one of an unknown version. */
export function artifactOf(name: string, artifact: Json): ModelArtifact {
  const saved = artifact as unknown as ModelArtifact | null;
  if (saved?.model === name && saved.formatVersion === FORMAT_VERSION) return saved;
  throw new DataError({
    field: 'model',
    expected: `a saved ${name} of format ${FORMAT_VERSION}`,
    found: `${saved?.model} of format ${saved?.formatVersion}`,
    remedy: 'train again',
  });
}
