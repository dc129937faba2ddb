import { type Request, Router } from 'express';
import { objectType } from './catalogue.ts';
import { HubSpotError } from './errors.ts';
import { answering, param, VERSION } from './routing.ts';

/** The stages that every new account's deal pipeline has: [id, label, probability]; closed at 1 and 0. */
const DEAL_STAGES: readonly (readonly [string, string, string])[] = [
  ['appointmentscheduled', 'Appointment Scheduled', '0.2'],
  ['qualifiedtobuy', 'Qualified To Buy', '0.4'],
  ['presentationscheduled', 'Presentation Scheduled', '0.6'],
  ['decisionmakerboughtin', 'Decision Maker Bought-In', '0.8'],
  ['contractsent', 'Contract Sent', '0.9'],
  ['closedwon', 'Closed Won', '1.0'],
  ['closedlost', 'Closed Lost', '0.0'],
];
const MADE_AT = '2020-01-01T00:00:00.000Z';

/** The stages of every new account's ticket pipeline: [id, label, state]. */
const TICKET_STAGES: readonly (readonly [string, string, string])[] = [
  ['1', 'New', 'OPEN'],
  ['2', 'Waiting on contact', 'OPEN'],
  ['3', 'Waiting on us', 'OPEN'],
  ['4', 'Closed', 'CLOSED'],
];

/**
 * Pipelines of deals and tickets; of other objects the sandbox has none.
 * https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide
 */
export function pipelineRoutes(): Router {
  const router = Router();
  router.get(
    [`/crm/pipelines/${VERSION}/:type`, `/crm/${VERSION}/pipelines/:type`],
    answering((req: Request, res) => {
      const type = objectType(param(req, 'type'));
      if (type === null) throw new HubSpotError(400, 'VALIDATION_ERROR', 'Unable to infer object type');
      const dated = { createdAt: MADE_AT, updatedAt: MADE_AT, archived: false };
      if (type === 'tickets') {
        const stages = TICKET_STAGES.map(([id, label, ticketState], displayOrder) => ({
          ...dated,
          id,
          label,
          displayOrder,
          metadata: { isClosed: String(ticketState === 'CLOSED'), ticketState },
        }));
        res.json({ results: [{ ...dated, id: '0', label: 'Support Pipeline', displayOrder: 0, stages }] });
        return;
      }
      if (type !== 'deals') {
        res.status(501).json({ status: 'error', message: `The sandbox has no pipelines of ${type}` });
        return;
      }
      const stages = DEAL_STAGES.map(([id, label, probability], displayOrder) => ({
        ...dated,
        id,
        label,
        displayOrder,
        metadata: { isClosed: String(probability === '1.0' || probability === '0.0'), probability },
      }));
      res.json({ results: [{ ...dated, id: 'default', label: 'Sales Pipeline', displayOrder: 0, stages }] });
    }),
  );
  return router;
}
