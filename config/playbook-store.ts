import { readFile } from 'node:fs/promises';
import { Document, isMap, parseDocument, stringify } from 'yaml';
import { ConfigError, DataError } from '../core/domain/errors.ts';
import { hashOf } from '../core/domain/stable-json.ts';
import { assertPerformable } from '../core/playbooks/assert-performable.ts';
import { ruleInWords } from '../core/playbooks/rule-in-words.ts';
import type { Playbook } from '../core/playbooks/schema.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Connector } from '../core/ports/connector.ts';
import type { Database } from '../core/ports/database.ts';
import type { Webhooks } from '../core/ports/outbound.ts';
import type { PlaybookFiles, PlaybookProblem, PlaybookText } from '../core/ports/playbook-files.ts';
import { audit } from '../core/store/audit.ts';
import { deletePlaybook, playbookNodes, setPlaybook } from './change-playbooks.ts';
import type { Environment } from './load.ts';
import { playbookProblems, shippedPlaybooks, shippedTexts } from './playbook-files.ts';
import { lineSaying, readPlaybookText } from './playbook-text.ts';
import { changedFile } from './write-settings.ts';

/** What changing the playbooks of a configuration file depends on. */
export interface PlaybookStoreContext {
  /** The configuration file; null where there is none. */
  file: string | null;
  env: Environment;
  clock: Clock;
  /** Those that are open: a step that none of them can do is a problem. */
  connectors: readonly Connector[];
  connectionIds: readonly string[];
  /** Of `planning.actions`. */
  actionNames: readonly string[];
  /** The playbooks in force. */
  present: () => readonly Playbook[];
  webhooks: Pick<Webhooks, 'list'>;
}

/** Changes of the file are made one at a time, in whichever process. */
const TURN = 'playbook-file';

/** The playbooks of a configuration file, as the console reads and changes them. */
export function createPlaybookFiles(database: Database, context: PlaybookStoreContext): PlaybookFiles {
  const { file, env, clock, connectors, connectionIds, present } = context;

  const check: PlaybookFiles['check'] = async (text) => {
    const { playbook, problems } = readPlaybookText(text);
    if (playbook === null) return { playbook, problems, rule: [] };
    const unusable = [
      ...playbookProblems([playbook], connectionIds, context.actionNames),
      ...unperformable(playbook, connectors),
      ...(await unknownEndpoints(playbook, context.webhooks)),
    ];
    return {
      playbook,
      problems: unusable.map(({ path, expected, found, remedy }): PlaybookProblem => {
        const bare = found?.replace(/ \(.*\)$/, '');
        return {
          line: bare === undefined ? null : lineSaying(text, bare),
          path: path.replace(/^playbooks\[0\](?: \([^)]*\))?[ .]?/, ''),
          expected,
          found: found ?? null,
          remedy,
        };
      }),
      rule: ruleInWords(playbook),
    };
  };

  const change = (
    { revision, by }: { revision: string; by: string },
    name: string,
    work: (document: Document) => { did: 'added' | 'changed' | 'removed' | 'switched-on' | 'switched-off' },
  ) =>
    database.exclusive(TURN, async () => {
      if (file === null) throw noFile();
      const text = await readFile(file, 'utf8');
      if (hashOf(text) !== revision) throw stale();
      const document = parseDocument(text);
      const { did } = work(document);
      const changed = changedFile(file, document, env);
      await changed.write();
      await audit(database, clock.now().toISOString(), by, 'playbook-changed', { playbook: name, did });
      return { revision: hashOf(String(document)) };
    });

  return {
    check,
    read: async () => {
      const texts = await shippedTexts();
      const shipped = (await shippedPlaybooks()).map((playbook, at) => textOf(playbook, texts[at] ?? ''));
      const text = file === null ? '' : await readFile(file, 'utf8');
      const nodes = playbookNodes(parseDocument(text));
      const playbooks = present().map((playbook) => {
        const own = nodes.find((node) => isMap(node) && node.get('name') === playbook.name);
        return textOf(playbook, own === undefined ? stringify(playbook) : textOfNode(own));
      });
      return { revision: file === null ? null : hashOf(text), playbooks, shipped };
    },
    save: async ({ text, ...given }) => {
      const { playbook, problems } = await check(text);
      const [first] = problems;
      if (playbook === null || first !== undefined) throw unusable(first);
      const { revision } = await change(given, playbook.name, (document) => {
        const isNew = !present().some(({ name }) => name === playbook.name);
        setPlaybook(document, playbook.name, parseDocument(text).contents, present());
        return { did: isNew ? 'added' : 'changed' };
      });
      return { revision, name: playbook.name };
    },
    switch: ({ name, enabled, ...given }) => {
      const found = known(present(), name);
      return change(given, name, (document) => {
        const own = playbookNodes(document).find((node) => isMap(node) && node.get('name') === name);
        if (isMap(own)) own.set('enabled', enabled);
        else setPlaybook(document, name, document.createNode({ ...found, enabled }), present());
        return { did: enabled ? 'switched-on' : 'switched-off' };
      });
    },
    remove: ({ name, ...given }) => {
      known(present(), name);
      return change(given, name, (document) => {
        deletePlaybook(document, name, present());
        return { did: 'removed' };
      });
    },
  };
}

function textOf({ name, description, enabled }: Playbook, text: string): PlaybookText {
  return { name, description, enabled, text };
}

/** A part of a document as a text of its own, comments included. */
function textOfNode(node: unknown): string {
  const document = new Document();
  document.contents = node as typeof document.contents;
  return String(document);
}

function unperformable(playbook: Playbook, connectors: readonly Connector[]) {
  try {
    assertPerformable([playbook], connectors);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

async function unknownEndpoints(playbook: Playbook, webhooks: Pick<Webhooks, 'list'>) {
  const named = playbook.steps.flatMap((step) => (step.do === 'webhook' ? [step.endpoint] : []));
  if (named.length === 0) return [];
  const there = new Set((await webhooks.list()).map(({ endpointId }) => endpointId));
  return named
    .filter((endpoint) => !there.has(endpoint))
    .map((endpoint) => ({
      path: 'steps',
      expected: 'an endpoint of this workspace',
      found: endpoint,
      remedy: 'Make one with "staypower webhook add" or on the page Deliveries, and name its id.',
    }));
}

function known(present: readonly Playbook[], name: string): Playbook {
  const found = present.find((playbook) => playbook.name === name);
  if (found) return found;
  throw new DataError({
    field: 'playbook',
    expected: 'a playbook of the configuration',
    found: name,
    remedy: 'load the page again',
  });
}

function unusable(problem: PlaybookProblem | undefined): DataError {
  return new DataError({
    field: problem?.path || 'playbook',
    expected: problem?.expected ?? 'a playbook',
    found: problem?.found ?? 'none',
    remedy: problem?.remedy ?? 'correct it',
  });
}

function noFile(): ConfigError {
  return new ConfigError([
    {
      path: 'staypower.yaml',
      expected: 'a configuration file that playbooks can be written to',
      found: 'none',
      remedy: 'Make one with "staypower init", and start the server again.',
    },
  ]);
}

function stale(): ConfigError {
  return new ConfigError([
    {
      path: 'playbooks',
      expected: 'the configuration file as it was when you opened it',
      found: 'a later one: somebody changed it meanwhile',
      remedy: 'Keep your text, load the page again, and put it in once more.',
    },
  ]);
}
