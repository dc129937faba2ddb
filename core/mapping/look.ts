import type { ConfigProblem } from '../domain/errors.ts';
import type {
  FieldKind,
  MappingSlot,
  ObjectDescription,
  PurchaseCandidate,
  SampleRow,
  StageCount,
  Survey,
} from '../ports/survey.ts';
import { checkMapping } from './check-mapping.ts';
import { candidates, type Suggestion, suggest } from './suggest.ts';

/** One thing to be chosen, with what is chosen and what could be. */
export interface SlotLook {
  slot: MappingSlot;
  suggestions: readonly Suggestion[];
  /** Chosen fields that change without their record's time of modification. */
  stale: readonly string[];
}

/** Records of an object as the mapping reads them. */
export interface Preview {
  object: string;
  /** In the order of the slots. */
  fields: readonly { name: string; kind: FieldKind }[];
  rows: readonly SampleRow[];
}

/** A mapping beside what its source has. */
export interface MappingLook {
  slots: readonly SlotLook[];
  purchases: readonly PurchaseCandidate[];
  stages: readonly StageCount[];
  previews: readonly Preview[];
  problems: readonly ConfigProblem[];
}

/** Describes a source, judges its fields by some of its records, and reads those as the mapping would. */
export async function lookAt(survey: Survey, rows: number): Promise<MappingLook> {
  const objects = await survey.describe();
  const samples = new Map<string, readonly SampleRow[]>();
  for (const object of objects) {
    const fields = namesOfInterest(survey.slots, object);
    samples.set(object.name, await survey.sample(object.name, fields, rows));
  }
  const slots = survey.slots.map((slot): SlotLook => {
    const object = objects.find((each) => each.name === slot.object);
    if (object === undefined) return { slot, suggestions: [], stale: [] };
    const calculated = new Set(object.fields.filter((field) => field.calculated).map((field) => field.name));
    return {
      slot,
      suggestions: suggest(slot, object, samples.get(object.name) ?? []),
      stale: slot.chosen.filter((name) => calculated.has(name)),
    };
  });
  return {
    slots,
    purchases: await survey.purchases(),
    stages: await survey.stages(),
    previews: objects.map((object) => previewOf(object, survey.slots, samples.get(object.name) ?? [])),
    problems: checkMapping(survey.slots, objects),
  };
}

/** The fields of an object that are chosen and there, and those that could be. */
function namesOfInterest(slots: readonly MappingSlot[], object: ObjectDescription): readonly string[] {
  const known = new Set(object.fields.map((field) => field.name));
  const own = slots.filter((slot) => slot.object === object.name);
  return [
    ...new Set(
      own.flatMap((slot) => [
        ...slot.chosen.filter((name) => known.has(name)),
        ...candidates(slot, object).map((field) => field.name),
      ]),
    ),
  ];
}

function previewOf(object: ObjectDescription, slots: readonly MappingSlot[], rows: readonly SampleRow[]): Preview {
  const chosen = new Set(slots.filter((slot) => slot.object === object.name).flatMap((slot) => slot.chosen));
  const kinds = new Map(object.fields.map((field) => [field.name, field.kind]));
  return {
    object: object.name,
    fields: [...chosen].flatMap((name) => {
      const kind = kinds.get(name);
      return kind === undefined ? [] : [{ name, kind }];
    }),
    rows,
  };
}

/** A suggestion from this score on is taken where nothing is chosen and somebody asks for it. */
const LIKELY = 0.6;

/**
 * The settings that would choose the likeliest field wherever none is chosen; a group ("refund") only as a whole. Where the vendor has a
 * field of its own for it, another is a decision and no gap to be filled.
 */
export function likelySettings(look: MappingLook): readonly { path: readonly string[]; value: unknown }[] {
  const open = look.slots.filter(({ slot }) => slot.chosen.length === 0 && slot.standard === null);
  const found = open.flatMap(({ slot, suggestions: [best] }) =>
    best && best.score >= LIKELY && !best.calculated
      ? [{ path: slot.path, value: slot.several ? [best.field] : best.field }]
      : [],
  );
  const groupOf = (path: readonly string[]) => path.slice(0, -1).join('.');
  const whole = (path: readonly string[]) =>
    !path.includes('refund') ||
    open.filter(({ slot }) => groupOf(slot.path) === groupOf(path)).length ===
      found.filter((each) => groupOf(each.path) === groupOf(path)).length;
  return found.filter(({ path }) => whole(path));
}
