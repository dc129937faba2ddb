import { z } from 'zod';
import { alarmSchema } from './alarm.ts';

/** The customer of events that concern the workspace as a whole. */
export const NO_CUSTOMER = '00000000-0000-0000-0000-000000000000';

const money = z.string().regex(/^-?\d+\.\d{2}$/);
const band = z.enum(['high', 'medium', 'low', 'lapsed']);

/** A customer's scores as they are told outside: money in decimal strings of `currency`, probability 0..1, points 0..100. */
export const toldScoresSchema = z.object({
  asOf: z.iso.date(),
  modelVersion: z.string(),
  lifecycle: z.enum(['prospect', 'active', 'lapsed']),
  currency: z.string(),
  clv12m: money.nullable(),
  clv12mLow: money.nullable(),
  clv12mHigh: money.nullable(),
  valueIfKept12m: money.nullable(),
  churnProbability: z.number().min(0).max(1).nullable(),
  churnHorizonDays: z.number().int(),
  churnBand: band.nullable(),
  valueBand: band.exclude(['lapsed']).nullable(),
  engagement: z.number(),
  engagementTrend: z.enum(['rising', 'steady', 'falling']),
  priority: z.number(),
  segment: z.string().nullable(),
});
export type ToldScores = z.output<typeof toldScoresSchema>;

/** What each type of event says. No names or addresses: whoever may know them asks by id. */
export const EVENT_DATA = {
  /** A number left its dead-band, or a band, segment or next action changed. `previous` is null at the first scoring. */
  'score.changed': z.object({
    customerId: z.uuid(),
    scores: toldScoresSchema,
    previous: toldScoresSchema.nullable(),
    reasons: z.array(z.string()),
    change: z.string().nullable(),
  }),
  /** The customer entered another band of risk or value; null: none. */
  'band.crossed': z.object({
    customerId: z.uuid(),
    asOf: z.iso.date(),
    band: z.enum(['churn', 'value']),
    from: band.nullable(),
    to: band.nullable(),
  }),
  /** A playbook gave a customer to somebody. */
  'playbook.fired': z.object({
    customerId: z.uuid(),
    playbook: z.string(),
    crossedOn: z.iso.date(),
    firedOn: z.iso.date(),
    actionKey: z.string(),
    connectionId: z.string(),
    contactExternalId: z.string(),
  }),
  /** A step of a playbook that tells one endpoint what to do about a customer. */
  'playbook.step': z.object({
    customerId: z.uuid(),
    playbook: z.string(),
    /** Of the playbook's steps, from 1. */
    step: z.number().int().min(1),
    crossedOn: z.iso.date(),
    on: z.iso.date(),
    /** What the playbook says is to be done. */
    note: z.string(),
    actionKey: z.string(),
    /** The record of the playbook's first action. */
    connectionId: z.string(),
    contactExternalId: z.string(),
    scores: toldScoresSchema,
    reasons: z.array(z.string()),
  }),
  /** From now on scores are made by this model. */
  'model.promoted': z.object({
    modelVersion: z.string(),
    previousModelVersion: z.string().nullable(),
    asOf: z.iso.date(),
    horizonDays: z.number().int(),
  }),
  /** Something that an admin should know of; told once until it clears. */
  'alarm.raised': alarmSchema,
} as const;

export type EventType = keyof typeof EVENT_DATA;

/** What an endpoint may subscribe to: all but what a playbook addresses to one endpoint. */
export const EVENT_TYPES = (Object.keys(EVENT_DATA) as EventType[]).filter((type) => type !== 'playbook.step');

/** An event that is about to be written, with what its type says. */
export type NewEvent = {
  [Type in EventType]: { type: Type; customerId: string; data: z.output<(typeof EVENT_DATA)[Type]> };
}[EventType] & {
  /** Told by a first scoring: kept only where an endpoint asks for it. */
  initial?: boolean;
  /** The one endpoint that it is for, whatever others subscribed to. */
  onlyTo?: string;
};
