import { Command } from 'commander';
import type { OpenWorkspace } from '../config/wiring.ts';
import { DataError } from '../core/domain/errors.ts';
import type { ModelCards } from '../core/ports/model-cards.ts';
import type { Promotion, RegisteredModel } from '../core/ports/model-registry.ts';
import { modelCards } from '../core/scores/model-cards.ts';
import { modelOf } from '../core/store/models.ts';
import { listModels, listPromotions, makeChampion, rollBack } from '../core/store/registry.ts';
import { inTurn } from '../core/store/turn.ts';
import { actor } from './actor.ts';
import { type CommandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { verdictLines } from './verdict.ts';
import { inWorkspace } from './with-workspace.ts';

/** `staypower models`: the registry of models, and who makes the scores. */
export function modelsCommand(): Command {
  const list = workspaceOptions(
    new Command('list').description('All models, the newest first, and every change of champion.'),
  ).action((options: WorkspaceOptions) => inWorkspace(options, showList));
  example(list, 'staypower models list');
  const show = workspaceOptions(
    new Command('show')
      .description('One model: what it was trained on, how well it did, and how it did beside the champion of its day.')
      .argument('<version>', 'as the list shows it'),
  ).action((version: string, options: WorkspaceOptions) =>
    inWorkspace(options, (open, context) => showModel(open, context, version)),
  );
  example(show, 'staypower models show 2026-03-31-1f0c9a2b');
  const promote = workspaceOptions(
    new Command('promote')
      .description('Make a model the champion, whatever its verdict; the next run scores everybody with it.')
      .argument('<version>', 'as the list shows it'),
  ).action((version: string, options: WorkspaceOptions) =>
    inWorkspace(options, async ({ workspace: { database, clock } }, { json }) => {
      const promotion = await inTurn(database, (sql) =>
        makeChampion(sql, version, { by: 'promote', actor: actor(), now: clock.now() }),
      );
      told(promotion, json);
    }),
  );
  example(promote, 'staypower models promote 2026-03-31-1f0c9a2b');
  const rollback = workspaceOptions(
    new Command('rollback').description(
      'Take the champion back: the one before it scores again, and it is not promoted by itself any more.',
    ),
  ).action((options: WorkspaceOptions) =>
    inWorkspace(options, async ({ workspace: { database, clock } }, { json }) => {
      const promotion = await inTurn(database, (sql) => rollBack(sql, { actor: actor(), now: clock.now() }));
      told(promotion, json);
    }),
  );
  example(rollback, 'staypower models rollback');
  return example(
    new Command('models')
      .description(
        'The registry of models: which one makes the scores, which ones wait (list, show, promote, rollback).',
      )
      .addCommand(list)
      .addCommand(show)
      .addCommand(promote)
      .addCommand(rollback),
    'staypower models list --json',
  );
}

async function showList({ workspace: { database } }: OpenWorkspace, { json }: CommandContext): Promise<void> {
  const [models, promotions] = [await listModels(database), await listPromotions(database)];
  if (json) return printJson({ models, promotions });
  if (models.length === 0) return print('No model yet: "staypower train" makes the first.');
  print(
    table(
      ['version', 'role', 'facts up to', 'trained', 'data', 'verdict'],
      models.map(({ version, role, usable, asOf, trainedAt, dataHash, verdict }) => [
        version,
        usable ? role : `${role} (of an earlier format)`,
        asOf,
        trainedAt.slice(0, 16),
        dataHash.slice(0, 8),
        verdict?.because ?? '',
      ]),
    ),
  );
  for (const { at, version, previous, by } of promotions)
    print(`${at.slice(0, 16)}  ${version} became the champion (${by})${previous === null ? '' : ` after ${previous}`}`);
}

async function showModel(
  { workspace: { database } }: OpenWorkspace,
  { json }: CommandContext,
  version: string,
): Promise<void> {
  const registered = (await listModels(database)).find((each) => each.version === version);
  const model = await modelOf(database, version);
  if (!registered || !model) {
    throw new DataError({
      field: 'version',
      expected: 'a model of the registry in the format of this version',
      found: version,
      remedy: 'choose one of "staypower models list"',
    });
  }
  const cards = modelCards(model, registered.trainedAt);
  if (json) printJson({ ...registered, card: cards });
  else print(...cardLines(registered, cards));
}

function cardLines({ role, verdict }: RegisteredModel, cards: ModelCards): readonly string[] {
  const figures = (metrics: Readonly<Record<string, number | null>>) =>
    Object.entries(metrics)
      .flatMap(([name, value]) => (value === null ? [] : [`${name} ${Number(value.toPrecision(4))}`]))
      .join(', ');
  return [
    `${cards.modelVersion} (${role}): facts up to ${cards.asOf}, trained ${cards.trainedAt}, data ${cards.dataHash}.`,
    `${cards.customers} customers, ${cards.buyers} of them buyers, ${cards.repeatBuyers} more than once. Leaving: ${cards.churnDefinition}, ${cards.churnHorizonDays} days.`,
    ...cards.models.flatMap(({ name, chosen, chosenBy, examples, members, windows, seed }) => [
      '',
      `${name}: ${chosen} (by ${chosenBy}), ${examples} examples${seed === null ? '' : `, seed ${seed}`}${windows.map(({ from, to }) => `, ${from} to ${to}`).join('')}`,
      ...members.map((member) => `  ${member.name}${member.chosen ? ' *' : ''}: ${figures(member.metrics)}`),
    ]),
    ...(verdict ? ['', ...verdictLines(verdict)] : []),
  ];
}

function told(promotion: Promotion, json: boolean): void {
  if (json) {
    printJson(promotion);
    return;
  }
  const { version, previous } = promotion;
  print(
    previous === version
      ? `${version} is the champion already.`
      : `${version} is the champion now${previous === null ? '' : `; it was ${previous}`}. The next run scores everybody with it.`,
  );
}
