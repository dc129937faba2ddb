import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import type { Overview } from '../core/scores/overview.ts';
import { groupNameIn } from '../core/scores/words/names.ts';
import { englishNames } from '../core/scores/words/names-english.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower importance`: what the scores rest on. */
export function importanceCommand(): Command {
  const command = workspaceOptions(
    new Command('importance')
      .description('What the scores rest on, in the book and by segment, and whether earlier models agree.')
      .option('--tree <file>', 'draws a tree of three levels that stands in for the churn model, as SVG'),
  ).action(async (options: WorkspaceOptions & { tree?: string }) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const found = await open.insights.overview();
      if (!found) {
        throw new DataError({
          field: 'scores',
          expected: `scored customers in workspace "${context.config.workspace}"`,
          remedy: 'run "staypower run" first',
        });
      }
      if (options.tree !== undefined && found.surrogate) {
        // The charts are only loaded for who wants them.
        const { treeSvg } = await import('./tree-svg.ts');
        const { fidelity, tree } = found.surrogate;
        const title = `Churn risk in three questions (${Math.round(fidelity * 100)} % of the model's differences)`;
        await writeFile(resolve(options.tree), treeSvg(tree, title));
      }
      if (context.json) printJson(found);
      else show(found);
    });
  });
  return example(command, 'staypower importance --tree churn.svg --workspace demo');
}

function show({ customers, models, importance, surrogate }: Overview): void {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  print(
    `${customers} customers; the range is that of ${models.length} model${models.length === 1 ? '' : 's'}, this one and those before.`,
    table(
      ['score', 'segment', 'because of', 'share', 'lowest', 'highest'],
      importance.map((each) => [
        each.score,
        each.segment ?? 'all',
        groupNameIn(englishNames, each.group),
        percent(each.share),
        percent(each.shareLow),
        percent(each.shareHigh),
      ]),
    ),
  );
  if (surrogate) print('', `Three questions tell ${percent(surrogate.fidelity)} of the differences in churn risk.`);
}
