import { z } from 'zod';
import { EVENT_DATA, type EventType } from '../../../core/domain/outbound-event.ts';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

const eventOf = <Type extends EventType>(type: Type) =>
  z.object({ type: z.literal(type), timestamp: z.iso.datetime(), data: EVENT_DATA[type] });

/** What webhooks and the stream carry. */
export const event = name(
  'StaypowerEvent',
  z.discriminatedUnion('type', [
    eventOf('score.changed'),
    eventOf('band.crossed'),
    eventOf('playbook.fired'),
    eventOf('playbook.step'),
    eventOf('model.promoted'),
    eventOf('alarm.raised'),
  ]),
);

export const streamEvents = operation({
  id: 'streamEvents',
  method: 'get',
  path: '/stream',
  summary: 'What happens, as it happens (server-sent events). With Last-Event-ID it goes on after that event.',
  answer: event,
  media: 'text/event-stream',
});
