import type { Clock } from '../ports/clock.ts';
import type { Database } from '../ports/database.ts';
import type { ModelRegistry } from '../ports/model-registry.ts';
import { modelCards } from '../scores/model-cards.ts';
import { modelOf } from './models.ts';
import { listModels, listPromotions, makeChampion, rollBack } from './registry.ts';
import { inTurn } from './turn.ts';

/** The registry of a workspace's store, for those who look at it and change it from outside the pipeline. */
export function createModelRegistry(database: Database, { clock }: { clock: Clock }): ModelRegistry {
  return {
    list: async () => ({
      models: await listModels(database),
      promotions: (await listPromotions(database)).toReversed(),
    }),
    card: async (version) => {
      const registered = (await listModels(database)).find((each) => each.version === version);
      const model = registered && (await modelOf(database, version));
      return registered && model ? modelCards(model, registered.trainedAt) : null;
    },
    promote: (version, { by: actor }) =>
      inTurn(database, (sql) => makeChampion(sql, version, { by: 'promote', actor, now: clock.now() })),
    rollBack: ({ by: actor }) => inTurn(database, (sql) => rollBack(sql, { actor, now: clock.now() })),
  };
}
