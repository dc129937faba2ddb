import { z } from 'zod';
import { alarmSchema } from '../../../core/domain/alarm.ts';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

export const listAlarms = operation({
  id: 'listAlarms',
  method: 'get',
  path: '/alarms',
  summary: 'Conditions that somebody should know of and that last, the newest first.',
  answer: name('Alarms', z.object({ alarms: z.array(name('Alarm', alarmSchema)) })),
});
