import { isMap, parseDocument } from 'yaml';

/** Where a common field stands in a playbook's text. */
export type FieldPath = readonly string[];

/** A playbook's text as the form reads and changes it; comments and whatever the form does not know stay as they are. */
export interface Draft {
  /** False while the text is no YAML of a playbook's form: the form waits until it is. */
  readable: boolean;
  /** What stands at a path; undefined where nothing does. */
  get(path: FieldPath): unknown;
  /** The text with a value at a path; undefined takes it out. */
  with(path: FieldPath, value: unknown): string;
}

/** Reads a text. */
export function draftOf(text: string): Draft {
  const document = parseDocument(text);
  const readable = document.errors.length === 0 && isMap(document.contents);
  return {
    readable,
    get: (path) => (readable ? plain(document.getIn(path)) : undefined),
    with: (path, value) => {
      const changed = parseDocument(text);
      if (value === undefined) changed.deleteIn(path);
      else changed.setIn(path, changed.createNode(value, { flow: Array.isArray(value) }));
      return changed.toString({ lineWidth: 0, flowCollectionPadding: false });
    },
  };
}

/** What a new playbook begins as. */
export const BLANK = `name: my-playbook
description: ''
when:
  churnBand: [high]
  valueBand: [high]
task:
  subject: 'Call {name}'
  body: |-
    {reasons}
`;

function plain(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
    ? (value.toJSON() as unknown)
    : value;
}
