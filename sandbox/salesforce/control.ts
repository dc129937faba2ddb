import { type Request, type RequestHandler, Router } from 'express';
import { SalesforceError } from './errors.ts';
import { isObject, jsonBody } from './http/call.ts';
import { DEMO_APP, registerApp } from './oauth/clients.ts';
import { endSessions, revokeApp } from './oauth/tokens.ts';
import { INTEGRATION_USER_ID } from './org/bootstrap.ts';
import { transact, type Writer } from './org/dml.ts';
import { merge } from './org/merge.ts';
import type { Org, Settings } from './org/org.ts';
import type { Row } from './org/records.ts';
import type { OutboundSender } from './outbound.ts';

/** What a user of the org or its admin would do by hand, and the sandbox's own settings: POST /_sandbox/salesforce/*. */
export function controlRoutes(org: Org, outbound: OutboundSender): Router {
  const router = Router();
  const post = (path: string, handler: (body: Record<string, unknown>) => unknown) =>
    router.post(`/_sandbox/salesforce/${path}`, answered(handler));
  post('connected-app', (body) => {
    const clientId = textIn(body, 'clientId');
    const { clientSecret = DEMO_APP.clientSecret, publicKeyPem = null } = body;
    if (typeof clientSecret !== 'string' || (publicKeyPem !== null && typeof publicKeyPem !== 'string')) {
      throw new Error('clientSecret and publicKeyPem must be texts');
    }
    registerApp(org, { clientId, clientSecret, publicKeyPem });
    return { clientId };
  });
  post('expire-sessions', () => {
    endSessions(org);
    return { success: true };
  });
  post('revoke-app', (body) => {
    revokeApp(org, textIn(body, 'clientId'));
    return { success: true };
  });
  post('settings', (body) => org.configure(settingsIn(body)));
  post('merge', (body) => {
    const object = objectIn(org, body, 'objectType');
    const ids = Array.isArray(body.ids) ? body.ids.map(String) : [];
    transact(org, asUser(INTEGRATION_USER_ID), (transaction) => {
      merge(org, transaction, object, textIn(body, 'masterId'), ids, INTEGRATION_USER_ID);
    });
    return { success: true };
  });
  post('undelete', (body) => {
    const object = objectIn(org, body, 'object');
    transact(org, asUser(INTEGRATION_USER_ID), (transaction) => transaction.undelete(object, textIn(body, 'id')));
    return { success: true };
  });
  post('recalculate', (body) => {
    const object = objectIn(org, body, 'object');
    const field = object.fields.get(textIn(body, 'field').toLowerCase());
    const row = org.records.get(object.name, textIn(body, 'id'));
    if (field?.calculated !== true || row === undefined) throw new Error('field must be a formula, id a record');
    // What a formula comes to moves no time of its record.
    org.records.put(object.name, { ...row, [field.name]: body.value as Row[string] });
    return { success: true };
  });
  post('change', (body) => change(org, body));
  post('outbound', (body) => outbound.subscribe(body));
  return router;
}

/** {object, id, fields} changes a record, {object, fields} creates one; stamped as the record's owner. */
function change(org: Org, body: Record<string, unknown>): { id: string } {
  const object = objectIn(org, body, 'object');
  const fields = isObject(body.fields) ? body.fields : {};
  if (body.id === undefined) {
    const owner = typeof fields.OwnerId === 'string' ? fields.OwnerId : INTEGRATION_USER_ID;
    return { id: transact(org, asUser(owner), (transaction) => transaction.create(object, fields)).Id };
  }
  const id = textIn(body, 'id');
  const owner = org.records.get(object.name, id)?.OwnerId;
  const writer = asUser(typeof owner === 'string' ? owner : INTEGRATION_USER_ID);
  return { id: transact(org, writer, (transaction) => transaction.update(object, id, fields)).Id };
}

/** A user with the integration user's permissions, so that every field it was granted can be changed. */
function asUser(userId: string): Writer {
  return { userId: INTEGRATION_USER_ID, stampedAs: userId, source: 'json', origin: '' };
}

function settingsIn(body: Record<string, unknown>): Partial<Settings> {
  const settings: Partial<Settings> = {};
  for (const [name, value] of Object.entries(body)) {
    const isRows = name === 'bulkPageRows' || name === 'queryPageRows';
    const isCount = typeof value === 'number' && Number.isInteger(value) && value > 0;
    if (isRows && (value === null || isCount)) settings[name] = value;
    else if (name === 'dailyApiRequests' && isCount) settings.dailyApiRequests = value;
    else {
      throw new Error(
        `settings are bulkPageRows, queryPageRows (rows or null) and dailyApiRequests (calls), whole numbers above 0; got ${name}`,
      );
    }
  }
  return settings;
}

/** A text of a control request. Throws a plain Error when it is none. */
export function textIn(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`${name} must be a text`);
}

function objectIn(org: Org, body: Record<string, unknown>, name: string) {
  const object = org.model.object(textIn(body, name));
  if (object === undefined) throw new Error(`${textIn(body, name)} is no object of the org`);
  return object;
}

/** Answers a control request; what the handler throws is a 400. */
export function answered(handler: (body: Record<string, unknown>) => unknown): RequestHandler {
  return async (req: Request, res) => {
    try {
      res.json(await handler(await jsonBody(req)));
    } catch (error) {
      const code = error instanceof SalesforceError ? error.errorCode : 'BAD_CONTROL_REQUEST';
      res.status(400).json({ error: code, message: error instanceof Error ? error.message : String(error) });
    }
  };
}
