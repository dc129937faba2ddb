import { Command } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import type { CustomerExplanation } from '../core/ports/engine.ts';
import type { Insight, ValueTold } from '../core/scores/insight.ts';
import type { UsedMargin } from '../core/scores/margin.ts';
import { groupNameIn } from '../core/scores/words/names.ts';
import { englishNames } from '../core/scores/words/names-english.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower explain CUSTOMER` */
export function explainCommand(): Command {
  const command = workspaceOptions(
    new Command('explain')
      .description('Why a customer is scored as it is, and why that changed.')
      .argument('<customer>', 'e-mail address, customer id, user id or record id'),
  ).action(async (customer: string, options: WorkspaceOptions) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const found = await open.queries.explain(customer);
      if (!found) {
        throw new DataError({
          field: 'customer',
          expected: `a scored customer of workspace "${context.config.workspace}"`,
          remedy: 'check the spelling and --workspace, or run "staypower run" first',
        });
      }
      const insight = await open.insights.customer(found.customerId);
      if (context.json) printJson({ ...found, insight });
      else {
        show(found);
        if (insight) showInsight(insight, found.currency);
      }
    });
  });
  return example(command, 'staypower explain ada.byron@example.com --workspace demo');
}

function show(found: CustomerExplanation): void {
  const percent = (value: number | null) => (value === null ? 'unknown' : `${Math.round(value * 100)} %`);
  const money = (value: string | null) => (value === null ? 'unknown' : `${value} ${found.currency}`);
  print(
    `${found.name ?? found.customerId}, as of ${found.asOf} (${found.lifecycle}; model ${found.modelVersion})`,
    `  Expected value, next 12 months: ${money(found.clv12m)} (8 in 10 between ${money(found.clv12mLow)} and ${money(found.clv12mHigh)})`,
    `  Value if kept, next 12 months:  ${money(found.valueIfKept12m)} (${found.valueBand ?? 'no band'})`,
    `  Churn risk in ${found.churnHorizonDays} days:          ${percent(found.churnProbability)} (${found.churnBand ?? 'no band'}; 100 = most likely to leave)`,
    `  Engagement:                     ${Math.round(found.engagement)} of 100, ${found.engagementTrend}`,
    `  Priority:                       ${Math.round(found.priority)} of 100`,
    ...qualityLines(found.dataQuality),
    '',
    ...found.reasons.map((reason) => `  - ${reason}`),
    ...(found.change ? ['', `  ${found.change}`] : []),
    ...(found.nextAction ? ['', `  Next: ${found.nextAction}`] : []),
    '',
  );
  for (const [score, contributions] of Object.entries(found.contributions)) {
    const baseline = found.baselines[score] ?? 0;
    print(`${score}: ${round(baseline)} for the median customer, then`);
    print(
      table(
        ['because of', 'adds'],
        contributions.map((each) => [groupNameIn(englishNames, each.group), round(each.contribution)]),
      ),
      '',
    );
  }
  print('Records:', ...found.records.map((each) => `  ${each.connectionId} ${each.kind} ${each.externalId}`));
  for (const merge of found.merges) print(`  ${merge.record} belongs to ${merge.joinedTo}: ${merge.reason}`);
}

function qualityLines(quality: CustomerExplanation['dataQuality']): readonly string[] {
  if (quality === null) return [];
  return [
    `  Data quality:                   ${quality.score} of 100 (100 = best)`,
    ...quality.lowered.map((sentence) => `    ${sentence}`),
  ];
}

function marginSource({ share, from, known, sales }: UsedMargin): string {
  const at = `Margin: ${(100 * share).toFixed(1)} % of revenue`;
  if (from === 'planning') return `${at}, as "planning.margin" has it.`;
  const measured = `${known} of the book's ${sales} orders tell theirs`;
  return from === 'book'
    ? `${at}, the book's (${measured}).`
    : `${at}, this customer's own and the book's (${measured}).`;
}

function showInsight(insight: Insight, currency: string): void {
  const { value, horizons, margin, staying, engagement, propensities, whatWouldHelp, cluster, churnSurrogate } =
    insight;
  if (value) print('', toldBy(value));
  if (horizons.length > 0) {
    print(
      table(
        ['months', `expected, ${currency}`, '8 in 10 between', 'and', 'in margin'],
        horizons.map(({ months, revenue, low, high, margin }) => [months, ...[revenue, low, high, margin].map(cents)]),
      ),
      marginSource(margin),
    );
  }
  if (staying) {
    const at = (month: number) => `${Math.round((staying[month]?.probability ?? 0) * 100)} %`;
    print('', `Still a customer in 3, 6 and 12 months: ${at(3)}, ${at(6)} and ${at(12)}.`);
  }
  print('', `Engagement ${round(engagement.score)}, by what was done:`);
  if (engagement.ledger.length === 0) print('  nothing yet');
  else {
    print(
      table(
        ['channel', 'event', 'half-life, days', 'decayed count', 'of the score'],
        engagement.ledger.map((row) => [
          row.channel,
          row.event ?? 'any',
          row.halfLifeDays,
          round(row.decayedCount),
          round(row.ofScore),
        ]),
      ),
    );
  }
  if (engagement.forecast) {
    const { days, expected } = engagement.forecast;
    print(`Expected in the next ${days} days: ${round(expected)} events and orders.`);
  }
  for (const [target, probability] of Object.entries(propensities))
    print(`Likely to do "${target}": ${Math.round(probability * 100)} %`);
  if (cluster) print(`Cluster ${cluster.id}: ${cluster.description}`);
  if (whatWouldHelp.length > 0) print('What goes with a lower risk:', ...whatWouldHelp.map((text) => `  - ${text}`));
  if (churnSurrogate)
    print(
      `A straight line over the same groups explains ${Math.round(churnSurrogate.fidelity * 100)} % of the churn risk around here.`,
    );
}

function toldBy({ chosen, chosenBy, score, naive }: ValueTold): string {
  if (chosenBy === 'likelihood')
    return `Value is told by ${chosen}, the likeliest: the book is too small to judge by what came after.`;
  if (chosenBy === 'only-one')
    return `Value is told by ${chosen}: there is no window inside the book yet to judge it by what came after.`;
  const beside = naive && `, beside ${round(naive.score)} of ${naive.name}, which needs no model`;
  return `Value is told by ${chosen}: mean R2 ${round(score ?? 0)} on windows inside the book${beside ?? ''}.`;
}

function cents(value: number): string {
  return value.toFixed(2);
}

function round(value: number): number {
  return Math.abs(value) >= 10 ? Math.round(value) : Math.round(value * 1_000) / 1_000;
}
