import { DataError } from '../core/domain/errors.ts';

/** What a command says that needs a trained model where there is none. */
export function modelMissing(workspace: string): DataError {
  return new DataError({
    field: 'model',
    expected: `a trained model in workspace "${workspace}", of that day or earlier`,
    remedy: 'run "staypower train" first',
  });
}
