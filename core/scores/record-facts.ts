import { type FieldValue, isClear } from '../domain/fields.ts';
import { RECORD_FACTS, type RecordFacts } from './record-view.ts';

/** What a record shows, of the values that are written to it: emptied fields are null, those it does not carry are absent. */
export function recordFacts(values: Readonly<Record<string, FieldValue>>): RecordFacts {
  return Object.fromEntries(
    RECORD_FACTS.flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [[name, isClear(value) ? null : value]];
    }),
  );
}
