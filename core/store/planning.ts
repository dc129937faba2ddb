import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { hashOf } from '../domain/stable-json.ts';
import { evaluateUplift } from '../evaluation/uplift.ts';
import type { SourceRank } from '../features/settle.ts';
import { effectRows, marginsOf, rowOf, totalsOf } from '../planning/advise.ts';
import { allocationAnswer } from '../planning/allocation-answer.ts';
import { planCampaigns } from '../planning/campaigns.ts';
import { type AdviceTerms, nextBestAction } from '../planning/next-best-action.ts';
import { planBook } from '../planning/plan-book.ts';
import { effectsOf, reviewAdvice, TRIAL_FEATURES, upliftTrial } from '../planning/review.ts';
import { reviewDecisions } from '../planning/review-decisions.ts';
import { scenarioOfBook } from '../planning/scenario-of-book.ts';
import type { PlanningSettings } from '../planning/settings.ts';
import { bestContactDay, firstContactDay, leavingByDay } from '../planning/timing.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { AdviceRow, Planning } from '../ports/planning.ts';
import { movingNumbers } from '../scores/numbers.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { readBook, readEpisodes, readForecast, readRhythms, readSegmentWorth } from './advice-book.ts';
import { readFollowedDecisions } from './advised-actions.ts';
import { championAt } from './models.ts';
import { keepScenario, listScenarios, readScenario } from './scenarios.ts';

/** What planning depends on beside the store. */
export interface PlanningContext {
  settings: PlanningSettings;
  timeZone: string;
  rank: SourceRank;
  clock: Clock;
}

/** Budgets beside the configured one, as shares of it. */
const OTHER_BUDGETS = [0.5, 0.75, 1.25, 1.5, 2];

/** Advice and plans from a workspace's store. */
export function createPlanning(database: Database, context: PlanningContext): Planning {
  /** The settings with the margin of the book where its sales told it: what is said of everybody. */
  const inForce = (model: ScoringModel): PlanningSettings => ({
    ...context.settings,
    margin: model.margin?.share ?? context.settings.margin,
  });
  const known = async (asOf: CalendarDay, model: ScoringModel) => {
    const settings = inForce(model);
    const book = await readBook(database, { asOf, margin: model.margin, planned: context.settings.margin });
    const episodes = await readEpisodes(database, { asOf, rule: model, rank: context.rank });
    return { settings, book, episodes, effects: effectsOf(settings.actions, episodes) };
  };
  return {
    allocation: async ({ asOf, limit }) => {
      const model = await championAt(database, asOf);
      if (!model) return null;
      const { settings, book, effects } = await known(asOf, model);
      const { currency } = model;
      // A plan follows expectations: nothing is drawn.
      const plan = await planBook(book, { settings, effects, asOf, seed: 0 });
      return { asOf, currency, ...allocationAnswer(plan, { currency, limit }) };
    },
    uplift: async ({ asOf, playbook, seed }) => {
      const model = await championAt(database, asOf);
      if (!model) return null;
      const episodes = await readEpisodes(database, { asOf, rule: model, rank: context.rank });
      return evaluateUplift(upliftTrial(episodes, playbook), { features: TRIAL_FEATURES, seed });
    },
    campaigns: async ({ asOf }) => {
      const model = await championAt(database, asOf);
      if (!model) return null;
      const settings = inForce(model);
      const segments = await readSegmentWorth(database);
      const budget = settings.limits.campaigns;
      const others = budget === null ? [] : OTHER_BUDGETS.map((share) => share * budget);
      return {
        currency: model.currency,
        campaigns: settings.campaigns.length,
        plan: await planCampaigns(segments, settings, budget),
        otherBudgets: await Promise.all(others.map((other) => planCampaigns(segments, settings, other))),
      };
    },
    scenario: async ({ asOf, seed, name, changes }) => {
      const model = await championAt(database, asOf);
      if (!model) return null;
      const { settings, book, effects } = await known(asOf, model);
      const everybody = await readForecast(database);
      const outcome = await scenarioOfBook({ everybody, contactable: book }, changes, {
        settings,
        effects,
        asOf,
        seed,
      });
      const stated = {
        name,
        asOf,
        currency: model.currency,
        modelVersion: model.version,
        seed,
        changes,
        forecast: everybody.reduce((sum, { clv12m }) => sum + clv12m, 0),
        ...outcome,
      };
      // A letter first: a hash may begin with a dash, which a command line takes for an option.
      const document = { id: `s${hashOf(stated)}`, ...stated };
      await keepScenario(database, document);
      return document;
    },
    scenarios: () => listScenarios(database),
    scenarioOf: (id) => readScenario(database, id),
    advice: async ({ asOf, seed, limit }) => {
      const model = await championAt(database, asOf);
      if (!model) return null;
      const { settings, book, episodes, effects } = await known(asOf, model);
      const terms: AdviceTerms = { settings, effects, asOf, seed };
      const all = book.map((customer) => ({ customer, advice: nextBestAction(customer, terms) }));
      const shown = all
        .toSorted(
          (a, b) =>
            Number(b.advice.choice !== null) - Number(a.advice.choice !== null) ||
            (b.advice.choice?.net ?? b.advice.options[0]?.net ?? 0) -
              (a.advice.choice?.net ?? a.advice.options[0]?.net ?? 0) ||
            (a.customer.customerId < b.customer.customerId ? -1 : 1),
        )
        .slice(0, limit)
        .map(({ customer, advice }) => rowOf(advice, customer.name, model.currency));
      return {
        asOf,
        currency: model.currency,
        customers: book.length,
        margins: marginsOf(book),
        ...totalsOf(
          all.map(({ advice }) => advice),
          model.currency,
        ),
        effects: effectRows(terms.effects),
        review: settings.actions.flatMap((action) => {
          const found = action.playbook === null ? null : reviewAdvice(episodes, action, terms);
          return found && action.playbook !== null ? [{ playbook: action.playbook, ...found }] : [];
        }),
        decisions: reviewDecisions(
          await readFollowedDecisions(database, { asOf, rule: model, rank: context.rank }),
          settings,
        ),
        rows: await timed(database, context, model, asOf, shown),
      };
    },
  };
}

/** The rows with the day on which each contact reaches most of those who would leave. */
async function timed(
  database: Database,
  { settings, timeZone, clock }: PlanningContext,
  model: ScoringModel,
  asOf: CalendarDay,
  rows: readonly AdviceRow[],
): Promise<readonly AdviceRow[]> {
  const { hours, effectDays, coolDownDays } = settings;
  const from = firstContactDay(asOf, clock.now(), timeZone, hours);
  const rhythms = await readRhythms(
    database,
    rows.filter(({ action }) => action !== null).map(({ customerId }) => customerId),
  );
  return rows.map((row) => {
    const rhythm = rhythms.get(row.customerId);
    if (!rhythm) return row;
    const churnIfSilent = Array.from(
      { length: model.horizonDays },
      (_, days) => movingNumbers(model, rhythm.stats, addDays(from, days)).churnProbability ?? 1,
    );
    const coolUntil = rhythm.contactedOn === null ? null : addDays(rhythm.contactedOn, coolDownDays);
    return { ...row, on: bestContactDay(leavingByDay(churnIfSilent), effectDays, { hours, from, coolUntil }) };
  });
}
