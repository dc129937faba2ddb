import type { ConfigProblem } from '../domain/errors.ts';
import type { MappingSlot, ObjectDescription } from '../ports/survey.ts';
import { nearest } from './nearest.ts';

/**
 * What is wrong with the chosen fields of a mapping: those that the source does not have (or this user does not see), each with the
 * nearest name that it has, and those whose kind cannot hold what they are chosen for.
 */
export function checkMapping(
  slots: readonly MappingSlot[],
  objects: readonly ObjectDescription[],
): readonly ConfigProblem[] {
  return slots.flatMap((slot) => {
    const object = objects.find((each) => each.name === slot.object);
    return slot.chosen.flatMap((name) => problemOf(slot, object, name));
  });
}

function problemOf(slot: MappingSlot, object: ObjectDescription | undefined, name: string): readonly ConfigProblem[] {
  const path = slot.path.join('.');
  if (object === undefined) {
    return [
      {
        path,
        expected: `the object ${slot.object}`,
        found: 'none that this user may see',
        remedy: 'Give the connection access to it, or take the setting out.',
      },
    ];
  }
  const field = object.fields.find((each) => each.name === name);
  if (field === undefined) {
    const near = nearest(
      name,
      object.fields.map((each) => each.name),
    );
    return [
      {
        path,
        expected: `a field of ${slot.object} that this user may see`,
        found: `"${name}"`,
        remedy: near === null ? 'Correct its name, or give the user access to it.' : `Did you mean "${near}"?`,
      },
    ];
  }
  if (slot.kinds.includes(field.kind)) return [];
  return [
    {
      path,
      expected: `a field of kind ${slot.kinds.join(' or ')} for ${slot.meaning}`,
      found: `"${name}" of kind ${field.kind}`,
      remedy: 'Choose another field.',
    },
  ];
}
