import type { FieldDescription, MappingSlot, ObjectDescription, SampleRow } from '../ports/survey.ts';

/** A field that may hold what a slot asks for. */
export interface Suggestion {
  field: string;
  label: string;
  /** 0..1; from .6 on it is likely. */
  score: number;
  /** Why, in words. */
  reasons: readonly string[];
  /** It changes without its record's time of modification. */
  calculated: boolean;
}

const MOST_SUGGESTIONS = 3;
/** A name that says nothing is no suggestion, whatever the field holds. */
const LEAST_SCORE = 0.35;
/** What counts how much; they add up to 1. */
const WEIGHTS = { name: 0.6, kind: 0.2, filled: 0.2 };
/** What a calculated field keeps of its score. */
const CALCULATED_KEEPS = 0.7;

/**
 * The fields that may hold what a slot asks for, the likeliest first, at most three: by what names and labels say, by the kind of
 * field, and by the share of sampled records that have it filled.
 *
 * @param sample records of the object with the fields that `candidates` names
 */
export function suggest(
  slot: MappingSlot,
  object: ObjectDescription,
  sample: readonly SampleRow[],
): readonly Suggestion[] {
  return candidates(slot, object)
    .map((field) => judged(slot, field, sample))
    .filter((suggestion) => suggestion.score >= LEAST_SCORE)
    .sort((a, b) => b.score - a.score || (a.field < b.field ? -1 : 1))
    .slice(0, MOST_SUGGESTIONS);
}

/** The fields that a slot's names and kinds allow: those worth a look at their values. */
export function candidates(slot: MappingSlot, object: ObjectDescription): readonly FieldDescription[] {
  return object.fields.filter((field) => slot.kinds.includes(field.kind) && hintOf(slot, field) !== null);
}

/** Of the slot's hints the first that the field's name or label meets; null when none does. */
function hintOf(slot: MappingSlot, { name, label }: FieldDescription): number | null {
  if (slot.unlike?.test(name)) return null;
  const index = slot.hints.findIndex((hint) => hint.test(name) || hint.test(label));
  return index === -1 ? null : index;
}

function judged(slot: MappingSlot, field: FieldDescription, sample: readonly SampleRow[]): Suggestion {
  const hint = hintOf(slot, field) ?? slot.hints.length;
  const filled = sample.filter((row) => (row[field.name] ?? '') !== '').length;
  const share = sample.length === 0 ? 0 : filled / sample.length;
  const byName = 1 - hint / (2 * slot.hints.length);
  const score =
    WEIGHTS.name * byName + WEIGHTS.kind * (field.kind === slot.kinds[0] ? 1 : 0.5) + WEIGHTS.filled * share;
  return {
    field: field.name,
    label: field.label,
    score: Math.round(100 * (field.calculated ? CALCULATED_KEEPS * score : score)) / 100,
    reasons: [
      hint === 0 ? 'its name says so' : 'its name is like it',
      `a field of kind ${field.kind}`,
      ...(sample.length > 0 ? [`filled in ${filled} of ${sample.length} records looked at`] : []),
      ...(field.calculated ? ['calculated: it changes without a trace, so that it goes stale'] : []),
    ],
    calculated: field.calculated,
  };
}
