import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { DataError } from '../core/domain/errors.ts';
import { type ScenarioChanges, scenarioChangesSchema } from '../core/planning/scenario.ts';
import type { ScenarioDocument } from '../core/ports/planning.ts';
import { asOfOption, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { modelMissing } from './model-missing.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { inWorkspace } from './with-workspace.ts';

type RunOptions = WorkspaceOptions & Partial<ScenarioChanges> & { name?: string; seed: number; from?: string };

/** `staypower scenario`: what the next 12 months bring if something changes; kept, compared and shared. */
export function scenarioCommand(): Command {
  const run = asOfOption(
    workspaceOptions(
      new Command('run')
        .description('Simulates the next 12 months with changes and keeps the result. No change gives the forecast.')
        .option('--name <text>', 'what to call it')
        .option('--churn <share>', 'relative: 0.1 is a tenth more loss', number)
        .option('--price <share>', 'relative change of all prices', number)
        .option(
          '--loss-per-price <factor>',
          'by how much loss grows with the price, relative to it (default: 1)',
          number,
        )
        .option('--save-rate <share>', 'relative change of what actions save', number)
        .option('--capacity <share>', "relative change of the owners' minutes", number)
        .option('--budget <money>', 'money of the plan', number)
        .option('--from <file>', 'name and changes of a scenario shared as JSON')
        .option('--seed <number>', 'of the simulated years', integer, 1),
    ),
  ).action(runScenario);
  example(run, 'staypower scenario run --name "dearer" --price 0.05 --workspace demo');
  const list = workspaceOptions(new Command('list').description('The scenarios that are kept.')).action(
    (options: WorkspaceOptions) =>
      inWorkspace(options, async ({ planning }, { json }) => {
        const all = await planning.scenarios();
        if (json) printJson(all);
        else if (all.length === 0) print('None is kept yet: "staypower scenario run" makes one.');
        else show(all);
      }),
  );
  example(list, 'staypower scenario list --workspace demo');
  const compare = workspaceOptions(
    new Command('compare')
      .description('Scenarios side by side; with --json the documents themselves, to be shared.')
      .argument('<id...>', 'ids as the list shows them'),
  ).action((ids: readonly string[], options: WorkspaceOptions) =>
    inWorkspace(options, async ({ planning }, { json }) => {
      const found = await Promise.all(
        ids.map(async (id) => {
          const document = await planning.scenarioOf(id);
          if (document) return document;
          throw new DataError({
            field: 'id',
            expected: 'the id of a scenario that is kept',
            found: id,
            remedy: 'choose one of "staypower scenario list"',
          });
        }),
      );
      if (json) printJson(found);
      else show(found);
    }),
  );
  example(compare, 'staypower scenario compare s2fYv0cR1 sXk3mPq9b --workspace demo');
  return example(
    new Command('scenario')
      .description(
        'What the next 12 months bring if churn, price, save rates, hours or money change (run, list, compare).',
      )
      .addCommand(run)
      .addCommand(list)
      .addCommand(compare),
    'staypower scenario run --name "fewer hours" --capacity -0.3 --json',
  );
}

async function runScenario(options: RunOptions): Promise<void> {
  const shared = options.from === undefined ? null : await readShared(resolve(options.from));
  const { churn, price, lossPerPrice, saveRate, capacity, budget } = options;
  const given = Object.entries({ churn, price, lossPerPrice, saveRate, capacity, budget }).filter(
    ([, value]) => value !== undefined,
  );
  const changes = scenarioChangesSchema.safeParse({ ...shared?.changes, ...Object.fromEntries(given) });
  if (!changes.success) {
    const [issue] = changes.error.issues;
    throw new DataError({
      field: issue?.path.join('.') ?? 'changes',
      expected: issue?.message ?? 'a change',
      remedy: 'give a relative change: 0.05 is 5 % more, -1 nothing left',
    });
  }
  await inWorkspace(options, async ({ planning }, { asOf, json, config }) => {
    const name = options.name ?? shared?.name ?? 'no change';
    const found = await planning.scenario({ asOf, seed: options.seed, name, changes: changes.data });
    if (!found) throw modelMissing(config.workspace);
    if (json) printJson(found);
    else show([found]);
  });
}

const sharedSchema = z.object({ name: z.string().min(1), changes: scenarioChangesSchema });

/** A scenario as `--json` printed it elsewhere: its changes are computed anew on this book. */
async function readShared(path: string): Promise<z.output<typeof sharedSchema>> {
  let found: unknown;
  try {
    found = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    found = undefined;
  }
  const parsed = sharedSchema.safeParse(Array.isArray(found) ? found[0] : found);
  if (parsed.success) return parsed.data;
  throw new DataError({
    file: path,
    field: 'scenario',
    expected: 'the JSON of a scenario, with its name and changes',
    remedy: 'write it with "staypower scenario compare ID --json"',
  });
}

function show(documents: readonly ScenarioDocument[]): void {
  const money = (value: number) => Math.round(value);
  print(
    table(
      ['id', 'scenario', 'as of', 'without plan', 'low', 'high', 'plan adds', 'plan costs', 'contacts', 'with plan'],
      documents.map(({ id, name, asOf, withoutPlan, planAdds, planCost, contacts, withPlan }) => [
        id,
        name,
        asOf,
        ...[withoutPlan.expected, withoutPlan.low, withoutPlan.high, planAdds.expected, planCost].map(money),
        contacts,
        money(withPlan.expected),
      ]),
    ),
    '',
    'Discounted revenue of the next 12 months of the customers of that day; low and high hold eight of ten simulated years.',
  );
  for (const { name, forecast, currency } of documents)
    print(`Forecast under "${name}": ${money(forecast).toLocaleString('en')} ${currency} without any change.`);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('It must be a number such as 0.05.');
  return value;
}
