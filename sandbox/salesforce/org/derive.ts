import { salesforceTime } from '../datetime.ts';
import { SalesforceError } from '../errors.ts';
import { CASE_STATES, TASK_STATES } from '../model/activity-objects.ts';
import { OPPORTUNITY_STAGES } from '../model/sales-objects.ts';
import type { Records, Row, Value } from './records.ts';

/** What derived values need to know beside the row. `at` is the time of the write in the kept form. */
export interface DeriveContext {
  records: Records;
  before: Row | undefined;
  at: string;
  /** Next auto-number of a sequence, from 1. */
  nextNumber(sequence: string): number;
}

type Rule = (row: Row, context: DeriveContext) => Record<string, Value>;

const RULES: Readonly<Record<string, Rule>> = {
  Contact: fullName,
  User: fullName,
  Opportunity: opportunity,
  Task: task,
  Event: event,
  Case: supportCase,
  Order: order,
  OrderItem: (row, context) => ({
    TotalPrice: Number(row.Quantity ?? 0) * Number(row.UnitPrice ?? 0),
    OrderItemNumber: row.OrderItemNumber ?? autoNumber(context, 'orderItem', 10),
  }),
};

/** The row with the values Salesforce fills by itself: names, closed and won flags, auto-numbers, an activity's account. */
export function derive(object: string, row: Row, context: DeriveContext): Row {
  const rule = RULES[object];
  return rule === undefined ? row : { ...row, ...rule(row, context), Id: row.Id };
}

function autoNumber(context: DeriveContext, sequence: string, digits: number): string {
  return String(context.nextNumber(`salesforce.auto.${sequence}`)).padStart(digits, '0');
}

function fullName(row: Row): Record<string, Value> {
  return { Name: [row.FirstName, row.LastName].filter((part) => part !== null && part !== undefined).join(' ') };
}

function opportunity(row: Row, context: DeriveContext): Record<string, Value> {
  const stage = OPPORTUNITY_STAGES.find(([label]) => label === row.StageName);
  const moved = context.before?.StageName !== row.StageName;
  const probability = row.Probability ?? null;
  const keep = probability !== null && (!moved || probability !== (context.before?.Probability ?? null));
  return {
    IsClosed: stage?.[1] ?? false,
    IsWon: stage?.[2] ?? false,
    Probability: keep ? probability : (stage?.[3] ?? 0),
  };
}

/** An activity belongs to the account of what it is about, else of whom it is with. */
function accountOf(row: Row, records: Records): Value {
  const what = row.WhatId;
  const who = row.WhoId;
  if (typeof what === 'string') {
    const found = records.find(what);
    return found?.object.name === 'Account' ? what : (found?.row.AccountId ?? null);
  }
  return typeof who === 'string' ? (records.find(who)?.row.AccountId ?? null) : null;
}

function task(row: Row, context: DeriveContext): Record<string, Value> {
  const isClosed = TASK_STATES.find(([label]) => label === row.Status)?.[2] ?? false;
  return {
    IsClosed: isClosed,
    IsHighPriority: row.Priority === 'High',
    CompletedDateTime: isClosed ? (row.CompletedDateTime ?? context.at) : null,
    AccountId: accountOf(row, context.records),
  };
}

function event(row: Row, context: DeriveContext): Record<string, Value> {
  const start = row.StartDateTime ?? row.ActivityDateTime ?? null;
  if (row.IsAllDayEvent !== true && typeof start !== 'string') {
    throw new SalesforceError(400, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [ActivityDateTime]', [
      'ActivityDateTime',
    ]);
  }
  if (typeof start !== 'string') return { AccountId: accountOf(row, context.records) };
  const end = row.EndDateTime ?? null;
  const minutes =
    row.DurationInMinutes ?? (typeof end === 'string' ? (Date.parse(end) - Date.parse(start)) / 60_000 : null);
  if (typeof minutes !== 'number') {
    throw new SalesforceError(400, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [DurationInMinutes]', [
      'DurationInMinutes',
    ]);
  }
  return {
    StartDateTime: start,
    ActivityDateTime: start,
    ActivityDate: start.slice(0, 10),
    DurationInMinutes: minutes,
    EndDateTime: salesforceTime(new Date(Date.parse(start) + minutes * 60_000)),
    AccountId: accountOf(row, context.records),
  };
}

function supportCase(row: Row, context: DeriveContext): Record<string, Value> {
  const isClosed = CASE_STATES.find(([label]) => label === row.Status)?.[2] ?? false;
  return {
    CaseNumber: row.CaseNumber ?? autoNumber(context, 'case', 8),
    IsClosed: isClosed,
    ClosedDate: isClosed ? (row.ClosedDate ?? context.at) : null,
  };
}

function order(row: Row, context: DeriveContext): Record<string, Value> {
  const activated = row.Status === 'Activated';
  return {
    OrderNumber: row.OrderNumber ?? autoNumber(context, 'order', 8),
    StatusCode: activated ? 'Activated' : 'Draft',
    ActivatedDate: activated ? (row.ActivatedDate ?? context.at) : null,
  };
}
