import { Router } from 'express';
import { note } from '../kernel/http.ts';
import type { Kernel } from '../kernel/types.ts';
import { answering, VERSION } from './routing.ts';

/** Owners, account details, usage of the API, limits: what checks ask for. */
export function accountRoutes(kernel: Kernel): Router {
  const router = Router();
  const owners = kernel.table<{ id: string; email: string; firstName: string; lastName: string }>('hubspot.owners');
  const at = '2020-01-01T00:00:00.000Z';
  const ownerList = answering((_req, res) => {
    note(res, { operation: 'free' });
    res.json({
      results: [...owners.values()].map((owner, index) => ({
        ...owner,
        type: 'PERSON',
        userId: 1000 + index,
        createdAt: at,
        updatedAt: at,
        archived: false,
      })),
    });
  });
  router.get(
    [`/crm/owners/${VERSION}`, `/crm/${VERSION}/owners`, `/crm/owners/${VERSION}/`, `/crm/${VERSION}/owners/`],
    ownerList,
  );
  router.get(
    [`/account-info/${VERSION}/details`],
    answering((_req, res) => {
      res.json({
        portalId: 1234567,
        accountType: 'DEVELOPER_TEST',
        timeZone: 'UTC',
        companyCurrency: 'USD',
        additionalCurrencies: [],
        utcOffset: '+00:00',
        utcOffsetMilliseconds: 0,
        uiDomain: 'app.hubspot.com',
        dataHostingLocation: 'na1',
      });
    }),
  );
  router.get(
    [`/account-info/${VERSION}/api-usage/daily/private-apps`],
    answering((_req, res) => {
      res.json({
        results: [
          {
            name: 'api-calls-daily',
            usageLimit: 625_000,
            currentUsage: 0,
            collectedAt: kernel.now().toISOString(),
            fetchStatus: 'SUCCESS',
            resetsAt: kernel.now().toISOString(),
          },
        ],
      });
    }),
  );
  router.get(
    [`/crm/limits/${VERSION}/custom-properties`],
    answering((_req, res) => {
      res.json({
        overallLimit: 10_000,
        overallUsage: 0,
        byObjectType: [{ objectTypeId: '0-1', limit: 1_000, usage: 0, percentage: 0 }],
      });
    }),
  );
  return router;
}
