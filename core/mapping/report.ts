import type { ConfigProblem } from '../domain/errors.ts';
import type { FieldKind, StageCount } from '../ports/survey.ts';
import type { MappingLook, Preview } from './look.ts';
import type { Suggestion } from './suggest.ts';

/** A look at a mapping, without anything that tells who a person is. */
export interface MappingReport {
  purchases: readonly {
    what: string;
    count: number;
    isRead: boolean;
    /** What to set so that they are read, as "path=value"; null where nothing need be set. */
    setting: string | null;
  }[];
  stages: readonly StageCount[];
  slots: readonly {
    /** Where it stands in the connection's settings, e.g. "deals.amountProperty". */
    path: string;
    meaning: string;
    object: string;
    stream: string;
    /** The vendor's own field, read while none is chosen; null where then nothing is. */
    standard: string | null;
    chosen: readonly string[];
    several: boolean;
    /** Chosen fields that change without their record's time of modification. */
    stale: readonly string[];
    suggestions: readonly Suggestion[];
  }[];
  /** Records as the mapping reads them; what may be personal is masked. */
  previews: readonly { object: string; fields: readonly string[]; rows: readonly (readonly string[])[] }[];
  problems: readonly ConfigProblem[];
}

/** Kinds whose values say nothing about who somebody is. */
const IMPERSONAL: ReadonlySet<FieldKind> = new Set(['money', 'number', 'day', 'instant', 'flag', 'choice']);
const MASK = '•••';

/** A look as it may be kept and passed on. */
export function mappingReport(look: MappingLook): MappingReport {
  return {
    purchases: look.purchases.map(({ setting, ...purchase }) => ({
      ...purchase,
      setting: setting === null ? null : settingText(setting),
    })),
    stages: look.stages,
    slots: look.slots.map(({ slot, suggestions, stale }) => ({
      path: slot.path.join('.'),
      meaning: slot.meaning,
      object: slot.object,
      stream: slot.stream,
      standard: slot.standard,
      chosen: slot.chosen,
      several: slot.several,
      stale,
      suggestions,
    })),
    previews: look.previews.map((preview) => ({
      object: preview.object,
      fields: preview.fields.map(({ name }) => name),
      rows: previewRows(preview, { showsPeople: false }),
    })),
    problems: look.problems,
  };
}

/** The rows of a preview as texts, in the order of its fields. */
export function previewRows(
  { fields, rows }: Preview,
  { showsPeople }: { showsPeople: boolean },
): readonly (readonly string[])[] {
  return rows.map((row) =>
    fields.map(({ name, kind }) => {
      const value = row[name] ?? '';
      return value === '' || showsPeople || IMPERSONAL.has(kind) ? value : MASK;
    }),
  );
}

/** A setting as it is typed. */
export function settingText({ path, value }: { path: readonly string[]; value: unknown }): string {
  return `${path.join('.')}=${JSON.stringify(value)}`;
}
