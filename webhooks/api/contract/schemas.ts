import { z } from 'zod';
import { toldScoresSchema } from '../../../core/domain/outbound-event.ts';

/** Schemas that the document and the client know by name. */
export const named = z.registry<{ id: string }>();

/** Gives a schema its name. */
export function name<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  named.add(schema, { id });
  return schema;
}

export const churnBand = z.enum(['high', 'medium', 'low', 'lapsed']);
export const valueBand = churnBand.exclude(['lapsed']);
/** Money as a decimal string of the currency beside it. */
export const money = z.string();

export const scores = name('Scores', toldScoresSchema);

export const errorBody = name(
  'ErrorBody',
  z.object({ error: z.object({ code: z.string().describe('Stable and machine-readable.'), message: z.string() }) }),
);
