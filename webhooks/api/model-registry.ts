import { Router } from 'express';
import type { ModelRegistry } from '../../core/ports/model-registry.ts';
import type { MonitoringReport } from '../../core/ports/monitoring.ts';
import { getModel, getMonitoring, getRegistry, promoteModel, rollBackModel } from './contract/model-registry.ts';
import { Refusal, serve } from './operation.ts';

/** /models/registry, /models/{version}, promotion and roll-back, and GET /monitoring. */
export function modelRegistryRoutes(
  registry: ModelRegistry,
  lastMonitoring: () => Promise<MonitoringReport | null>,
): Router {
  const router = Router();
  serve(router, getRegistry, () => registry.list());
  serve(router, rollBackModel, ({ caller }) => registry.rollBack({ by: caller.actor }));
  serve(router, getModel, async ({ params: { version } }) => {
    const card = await registry.card(version);
    if (card) return card;
    throw new Refusal(404, 'not-found', 'No model of the registry in the format of today has this version.');
  });
  serve(router, promoteModel, ({ params: { version }, caller }) => registry.promote(version, { by: caller.actor }));
  serve(router, getMonitoring, async () => {
    const report = await lastMonitoring();
    if (report === null) return { report };
    const { asOf, modelVersion, horizonDays, months, inputs, alarms, earlyWarning } = report;
    return { report: { asOf, modelVersion, horizonDays, months, inputs, alarms, earlyWarning } };
  });
  return router;
}
