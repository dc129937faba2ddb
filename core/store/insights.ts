import { type CalendarDay, calendarDay } from '../domain/calendar-day.ts';
import type { CustomerStats } from '../features/stats.ts';
import { planningSettingsSchema } from '../planning/settings.ts';
import type { Database } from '../ports/database.ts';
import type { DriversAnswer, Insights } from '../ports/engine.ts';
import { insightOf } from '../scores/insight.ts';
import { modelCards } from '../scores/model-cards.ts';
import { type Looked, type Overview, overviewOf } from '../scores/overview.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { FACTORS } from '../scores/train-drivers.ts';
import { type Sentences, say } from '../scores/words/index.ts';
import { cohortsAnswer } from './cohorts-answer.ts';
import { customerMargin } from './margins.ts';
import { championAt, modelOf } from './models.ts';
import { priorities, propensityAnswer } from './rankings.ts';
import { segmentMoves } from './segment-moves.ts';
import { segmentReport } from './segment-report.ts';

/** Customers whose contributions are computed for an overview, and models it compares with. */
const CUSTOMERS_LOOKED_AT = 500;
const EARLIER_MODELS = 3;
/** Later than any model. */
const EVER = calendarDay('9999-12-31');

/**
 * Questions to a workspace's store that take the whole book, or a model, to answer.
 *
 * @param margin contribution margin as a share of revenue, 0..1; as planning has it where nothing is configured
 */
export function createInsights(
  database: Database,
  sentences: Sentences,
  { margin }: { margin: number } = planningSettingsSchema.parse({}),
): Insights {
  return {
    segments: async () => {
      const model = await championAt(database, EVER);
      return model && segmentReport(database, model, sentences);
    },
    segmentMoves: async (options) => {
      const model = await championAt(database, EVER);
      return model && segmentMoves(database, model, sentences, options);
    },
    cohorts: async () => {
      const model = await championAt(database, EVER);
      return model && cohortsAnswer(model);
    },
    priorities: async ({ limit }) => {
      const model = await championAt(database, EVER);
      if (!model) return { method: 'weighted-sum', customers: [] };
      return { method: model.priority.method, customers: await priorities(database, model.priority, limit, sentences) };
    },
    drivers: async () => {
      const model = await championAt(database, EVER);
      return model && driversAnswer(model, sentences);
    },
    propensity: async (options) => {
      const model = await championAt(database, EVER);
      return model && propensityAnswer(database, model, options);
    },
    overview: async () => {
      const model = await championAt(database, EVER);
      return model && overview(database, model, sentences);
    },
    models: async () => {
      const model = await championAt(database, EVER);
      const [kept] = await database.query<{ trained_at: string }>(
        'select trained_at from models where model_version = $1',
        [model?.version ?? null],
      );
      return model && kept ? modelCards(model, kept.trained_at) : null;
    },
    customer: async (customerId) => {
      const [row] = await database.query<{ as_of: CalendarDay; model_version: string; stats: CustomerStats }>(
        'select as_of, model_version, stats from scores where customer_id = $1::uuid',
        [customerId],
      );
      const model = row && (await modelOf(database, row.model_version));
      if (!row || !model) return null;
      // A book whose margin was not measured has none to ask for.
      const sold = model.margin && (await customerMargin(database, customerId, row.as_of));
      return insightOf(model, row.stats, row.as_of, { sentences, margin, ...(sold && { sold }) });
    },
  };
}

function driversAnswer(model: ScoringModel, sentences: Sentences): DriversAnswer {
  const { drivers, ...rest } = model.report.drivers;
  return {
    asOf: model.asOf,
    horizonDays: model.horizonDays,
    ...rest,
    drivers: drivers.map((driver) => {
      const { factor, leftWith, leftWithout } = driver;
      const known = FACTORS.find((each) => each === factor) ?? { did: factor.slice(factor.indexOf('/') + 1) };
      return { ...driver, sentence: say(sentences, { says: 'driver', factor: known, leftWith, leftWithout }) };
    }),
  };
}

async function overview(database: Database, model: ScoringModel, sentences: Sentences): Promise<Overview | null> {
  const customers = await database.query<{ as_of: CalendarDay; stats: CustomerStats; segment: Looked['segment'] }>(
    `select as_of, stats, score->>'segment' as segment from scores where lifecycle <> 'prospect'
     order by customer_id limit ${CUSTOMERS_LOOKED_AT}`,
  );
  if (customers.length === 0) return null;
  const versions = await database.query<{ model_version: string }>(
    'select model_version from models where model_version <> $1 order by as_of desc, trained_at desc limit $2',
    [model.version, EARLIER_MODELS],
  );
  const earlier = await Promise.all(versions.map((row) => modelOf(database, row.model_version)));
  const asOf = customers.reduce((latest, each) => (each.as_of > latest ? each.as_of : latest), model.asOf);
  return overviewOf([model, ...earlier.filter((each) => each !== null)], customers, asOf, sentences);
}
