import { Router } from 'express';
import type { Alarm } from '../../core/domain/alarm.ts';
import { listAlarms } from './contract/alarms.ts';
import { serve } from './operation.ts';

/** GET /alarms. */
export function alarmRoutes(openAlarms: () => Promise<readonly Alarm[]>): Router {
  const router = Router();
  serve(router, listAlarms, async () => ({ alarms: [...(await openAlarms())] }));
  return router;
}
