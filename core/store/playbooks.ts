import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { DataError } from '../domain/errors.ts';
import { playbookResult } from '../evaluation/playbook-result.ts';
import type { SourceRank } from '../features/settle.ts';
import type { PlanningSettings } from '../planning/settings.ts';
import type { AdviceSource } from '../playbooks/advice.ts';
import { ruleInWords } from '../playbooks/rule-in-words.ts';
import type { Playbook } from '../playbooks/schema.ts';
import { simulate } from '../playbooks/simulate.ts';
import type { Database, Sql } from '../ports/database.ts';
import type { PlaybookCard, Playbooks } from '../ports/playbooks.ts';
import { followUpDays } from '../scores/leaving.ts';
import { championAt } from './models.ts';
import { previewOf } from './playbook-preview.ts';
import { readTrials } from './playbook-trials.ts';
import { firstScoredOn, readSimulated } from './simulation.ts';

/** What questions about playbooks depend on beside the store. */
interface PlaybooksContext {
  /** Those in force at the moment. */
  playbooks: () => readonly Playbook[];
  settings: Pick<PlanningSettings, 'actions' | 'costPerHour' | 'margin'>;
  /** What advice is given by, for playbooks that carry it out; nothing is advised when absent. */
  advice?: (asOf: CalendarDay) => Promise<AdviceSource | null>;
  rank: SourceRank;
  /** Connections that take tasks, the most trusted first. */
  actingConnections: readonly string[];
}

/** Answers about a workspace's playbooks from its store. */
export function createPlaybooks(
  database: Database,
  { playbooks, settings, advice, rank, actingConnections }: PlaybooksContext,
): Playbooks {
  const simulated: Playbooks['simulate'] = async ({ playbook, asOf, days }) => {
    const model = await championAt(database, asOf);
    const historyFrom = await firstScoredOn(database);
    if (!model || historyFrom === null) return null;
    const from = addDays(asOf, 1 - days);
    const customers = await readSimulated(database, { from, asOf, historyFrom, model, rank, actingConnections });
    const { currency } = model;
    return {
      ...simulate(playbook, customers, {
        from,
        to: asOf,
        cutoffs: model.cutoffs.churn,
        advice: playbook.advised === null ? null : ((await advice?.(asOf)) ?? null),
      }),
      currency,
      historyFrom,
    };
  };
  return {
    list: async () => {
      const runs = await readRuns(database);
      return playbooks().map((playbook) => ({
        name: playbook.name,
        description: playbook.description,
        enabled: playbook.enabled,
        rule: ruleInWords(playbook),
        holdoutShare: playbook.holdoutShare,
        runs: runs.get(playbook.name) ?? { heldOut: 0, queued: 0, fired: 0, waiting: 0, letGo: 0 },
      }));
    },
    effects: async ({ asOf }) => {
      const model = await championAt(database, asOf);
      if (!model) return null;
      // What is saved counts at the margin that the book's own sales tell, as the rest of the product counts it.
      const counted = { ...settings, margin: model.margin?.share ?? settings.margin };
      const trials = await readTrials(database, { asOf, rule: model, rank, currency: model.currency });
      return {
        asOf,
        currency: model.currency,
        followUpDays: followUpDays(model),
        playbooks: [...Map.groupBy(trials, ({ playbook }) => playbook)].map(([playbook, own]) =>
          playbookResult(playbook, own, counted),
        ),
      };
    },
    preview: ({ playbook, limit }) => previewOf(database, playbook, limit),
    simulate: simulated,
    simulateNamed: async (name, options) => {
      const playbook = playbooks().find((each) => each.name === name);
      if (playbook) return simulated({ playbook, ...options });
      throw new DataError({
        field: 'playbook',
        expected: 'a playbook of the configuration',
        found: name,
        remedy: 'choose one of "staypower playbooks list"',
      });
    },
  };
}

async function readRuns(sql: Sql): Promise<ReadonlyMap<string, PlaybookCard['runs']>> {
  const rows = await sql.query<{ playbook: string } & PlaybookCard['runs']>(
    `select playbook, count(*) filter (where state = 'held-out')::int as "heldOut", count(*) filter (where state = 'queued')::int as queued,
       count(*) filter (where state in ('fired', 'done'))::int as fired, count(due_on)::int as waiting,
       count(*) filter (where state in ('let-go', 'no-consent'))::int as "letGo"
     from playbook_runs group by playbook`,
  );
  return new Map(rows.map(({ playbook, ...runs }) => [playbook, runs]));
}
