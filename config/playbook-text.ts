import { type Document, isMap, isNode, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { type Playbook, playbookSchema } from '../core/playbooks/schema.ts';
import type { PlaybookProblem } from '../core/ports/playbook-files.ts';
import { problemsOf } from './load.ts';

/** A playbook's text, read. */
export interface ReadPlaybook {
  document: Document.Parsed;
  /** Null where its form is wrong. */
  playbook: Playbook | null;
  problems: readonly PlaybookProblem[];
}

/** Reads the YAML of one playbook; each problem with its line. */
export function readPlaybookText(text: string): ReadPlaybook {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(
      (error): PlaybookProblem => ({
        line: lines.linePos(error.pos[0]).line,
        path: '',
        expected: 'valid YAML',
        found: error.message,
        remedy: 'Correct the line.',
      }),
    );
    return { document, playbook: null, problems };
  }
  const content: unknown = document.toJS();
  const parsed = playbookSchema.safeParse(content);
  if (parsed.success) return { document, playbook: parsed.data, problems: [] };
  const problems = parsed.error.issues.flatMap((issue) =>
    problemsOf(issue, content).map(
      ({ path, expected, found, remedy }): PlaybookProblem => ({
        line: lineOf(document, lines, issue.code === 'unrecognized_keys' ? path.split('.') : issue.path),
        path: path === 'staypower.yaml' ? '' : path,
        expected,
        found: found ?? null,
        remedy,
      }),
    ),
  );
  return { document, playbook: null, problems };
}

/** The line on which a text first says something; null where it does not. */
export function lineSaying(text: string, something: string): number | null {
  const at = text.split('\n').findIndex((line) => line.includes(something));
  return at === -1 ? null : at + 1;
}

/** The line of the key at a path, or of the nearest one above that is there. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const above = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair = isMap<ParsedNode>(above)
      ? above.items.find(({ key }) => String(key) === String(last))?.key
      : undefined;
    const node = pair ?? document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}
