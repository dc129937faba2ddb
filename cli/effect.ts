import { resolve } from 'node:path';
import { Command } from 'commander';
import type { EffectsAnswer, OutcomeEffect, PlaybookResult } from '../core/ports/playbooks.ts';
import { createOutcomes } from '../core/store/outcomes.ts';
import { asOfOption, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { modelMissing } from './model-missing.ts';
import { readNpsAnswers } from './nps-answers.ts';
import { print, printJson, table, tell } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower effect`: what the playbooks have achieved, by their own random holdouts. */
export function effectCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('effect')
        .description(
          'What each playbook has achieved: treated customers beside those held out at random, with intervals that bear being looked at every day.',
        )
        .option(
          '--nps <file>',
          'take in answers first: CSV with the columns customer (id, e-mail or external id), date, score (0 to 10)',
        ),
    ),
  ).action(async (options: WorkspaceOptions & { nps?: string }) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      if (options.nps !== undefined) {
        const answers = await readNpsAnswers(resolve(options.nps));
        const { kept, unknown } = await createOutcomes(open.workspace.database).keepNps(answers);
        tell(
          `${kept} answers taken in${unknown.length > 0 ? `, ${unknown.length} of customers who are not known left out` : ''}.`,
        );
      }
      const found = await open.playbooks.effects({ asOf: context.asOf });
      if (!found) throw modelMissing(context.config.workspace);
      if (context.json) printJson(found);
      else show(found);
    });
  });
  return example(command, 'staypower effect --workspace demo', 'staypower effect --nps survey.csv');
}

function show({ currency, followUpDays, playbooks }: EffectsAnswer): void {
  if (playbooks.length === 0) print('Nobody has entered a playbook yet.');
  for (const result of playbooks) {
    const { playbook, entered, acted, following, outcomes } = result;
    print(
      `${playbook}: ${entered} customers entered, ${acted} acted on, ${following} not yet followed for ${followUpDays} days.`,
      table(
        ['outcome', 'treated', 'mean', 'held out', 'mean', 'effect', 'low', 'high'],
        outcomes.map((each) => outcomeRow(each)),
      ),
      ...moneySentences(result, currency),
      '',
    );
  }
}

function outcomeRow({ outcome, treated, heldOut, effect }: OutcomeEffect): readonly (string | number)[] {
  const shown = (value: number | null) =>
    value === null ? '' : outcome === 'kept' ? `${(100 * value).toFixed(1)} %` : value.toFixed(2);
  const ends = [effect?.value, effect?.low, effect?.high].map((value) => shown(value ?? null));
  return [outcome, treated.customers, shown(treated.mean), heldOut.customers, shown(heldOut.mean), ...ends];
}

function moneySentences({ saved, cost, returnOnCost, lead }: PlaybookResult, currency: string): readonly string[] {
  return [
    saved.known
      ? `Saved so far: ${saved.value} ${currency} of revenue (${saved.low} to ${saved.high}).`
      : `Saved so far: ${saved.value} ${currency}: the interval of the revenue still holds zero.`,
    ...(cost === null ? [] : [`Cost: ${cost} ${currency}.`]),
    ...(returnOnCost === null ? [] : [`For each ${currency} spent it returned ${returnOnCost.toFixed(2)} more.`]),
    ...(lead === null
      ? []
      : [
          `${lead.leavers} left; they were told ${lead.medianDays} days before (one in ten less than ${lead.lowDays}, one in ten more than ${lead.highDays}).`,
        ]),
  ];
}
