import { z } from 'zod';
import { EVENT_DATA, EVENT_TYPES, type EventType } from '../../../core/domain/outbound-event.ts';
import { operation } from '../operation.ts';
import { name } from './schemas.ts';

const eventType = name('EventType', z.enum(EVENT_TYPES as [EventType, ...EventType[]]));
/** Of a message: also what a playbook addresses to one endpoint. */
const sentType = name('SentType', z.enum(Object.keys(EVENT_DATA) as [EventType, ...EventType[]]));
const state = z.enum(['waiting', 'delivered', 'failed']);
const params = z.object({ id: z.string().describe('The endpoint’s id.') });

export const listWebhooks = operation({
  id: 'listWebhooks',
  method: 'get',
  path: '/webhooks',
  summary: 'The endpoints that are told what happens.',
  answer: name(
    'WebhookEndpoints',
    z.object({
      endpoints: z.array(
        z.object({
          endpointId: z.string(),
          url: z.string(),
          eventTypes: z.array(eventType),
          state: z.enum(['enabled', 'disabled']),
          reason: z.string().nullable(),
          createdAt: z.string(),
          waiting: z.number(),
          failed: z.number(),
        }),
      ),
    }),
  ),
});

export const addWebhook = operation({
  id: 'addWebhook',
  method: 'post',
  path: '/webhooks',
  summary: 'Registers an endpoint. Its secret is not shown again.',
  body: name(
    'NewWebhook',
    z.strictObject({
      url: z.string(),
      eventTypes: z
        .array(eventType)
        .min(1)
        .default([...EVENT_TYPES]),
    }),
  ),
  status: 201,
  answer: name('AddedWebhook', z.object({ endpointId: z.string(), secret: z.string() })),
  refusals: [400, 409],
});

export const removeWebhook = operation({
  id: 'removeWebhook',
  method: 'delete',
  path: '/webhooks/:id',
  summary: 'Forgets an endpoint, its secrets and its delivery log.',
  params,
  answer: name('RemovedWebhook', z.object({ removed: z.string() })),
  refusals: [400],
});

export const rotateWebhookSecret = operation({
  id: 'rotateWebhookSecret',
  method: 'post',
  path: '/webhooks/:id/rotate-secret',
  summary: 'Gives an endpoint a new secret; until `oldUntil` messages carry the signatures of both.',
  params,
  answer: name('RotatedSecret', z.object({ secret: z.string(), oldUntil: z.string() })),
  refusals: [400, 409],
});

export const replayWebhook = operation({
  id: 'replayWebhook',
  method: 'post',
  path: '/webhooks/:id/replay',
  summary: 'Sends again, under the ids they had, what was given up, or one event. Enables the endpoint.',
  params,
  body: name('Replay', z.strictObject({ eventId: z.string().optional() })),
  answer: name('Replayed', z.object({ replayed: z.number() })),
  refusals: [400],
});

export const listDeliveries = operation({
  id: 'listDeliveries',
  method: 'get',
  path: '/deliveries',
  summary: 'The delivery log, the newest first.',
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(500).default(100),
    endpointId: z.string().optional(),
    state: state.optional(),
  }),
  answer: name(
    'Deliveries',
    z.object({
      deliveries: z.array(
        z.object({
          eventId: z.string(),
          endpointId: z.string(),
          customerId: z.uuid().nullable(),
          type: sentType,
          state,
          attempts: z.number(),
          enqueuedAt: z.string(),
          nextAt: z.string().nullable(),
          lastAt: z.string().nullable(),
          lastStatus: z.number().nullable(),
          lastError: z.string().nullable(),
        }),
      ),
    }),
  ),
  refusals: [400],
});
