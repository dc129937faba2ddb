import { makeId } from './ids.ts';
import { ORG_ID } from './org/bootstrap.ts';
import type { Change, Committed, Org } from './org/org.ts';
import type { Value } from './org/records.ts';

/** Where the changes of an object are sent, with which fields, and in which organisation's name. */
export interface Subscription {
  id: string;
  targetUrl: string;
  organizationId: string;
  object: string;
  fields: readonly string[];
}

/** A change not acknowledged yet. A second change before that replaces nothing: delivery sends the latest data of each. */
interface Pending {
  id: string;
  subscriptionId: string;
  recordId: string;
  attempts: number;
  /** Milliseconds since 1970, by the sandbox's clock. */
  since: number;
}

const MAX_NOTIFICATIONS = 100;
/** Deliveries wait this long to travel together; failed ones wait twice as long each time, up to the cap. */
const FLUSH_MS = 20;
const RETRY_MS = 250;
const RETRY_CAP_MS = 30_000;
const TIMEOUT_MS = 60_000;
/** A message nobody took in this time is dropped. */
const GIVE_UP_MS = 24 * 3_600_000;

/**
 * Sends SOAP outbound messages: at least once, up to 100 notifications a message, until the listener answers `<Ack>true</Ack>`.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_notifications.htm
 */
export class OutboundSender {
  readonly #org: Org;
  readonly #subscriptions;
  readonly #pending;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> | null = null;
  #closing = new AbortController();

  constructor(org: Org) {
    this.#org = org;
    this.#subscriptions = org.kernel.table<Subscription>('salesforce.outbound');
    this.#pending = org.kernel.table<Pending>('salesforce.outboundPending');
    org.listeners.add(this.#hear);
    if (this.#pending.size > 0) this.#schedule(FLUSH_MS);
  }

  /** Registers a listener; unknown objects and fields are refused with a plain Error. */
  subscribe(input: Record<string, unknown>): Subscription {
    const { targetUrl, organizationId = ORG_ID, object, fields } = input;
    const type = typeof object === 'string' ? this.#org.model.object(object) : undefined;
    if (typeof targetUrl !== 'string' || !URL.canParse(targetUrl)) throw new Error('targetUrl must be a URL');
    if (typeof organizationId !== 'string') throw new Error('organizationId must be a text');
    if (type === undefined || !Array.isArray(fields))
      throw new Error('object must be one of the org, fields a list of its field names');
    const names = fields.map((name: unknown) => {
      const field = type.fields.get(String(name).toLowerCase());
      if (field === undefined) throw new Error(`${type.name} has no field ${String(name)}`);
      return field.name;
    });
    const id = makeId('04k', this.#org.kernel.nextNumber('salesforce.id.04k'));
    const subscription: Subscription = { id, targetUrl, organizationId, object: type.name, fields: names };
    this.#subscriptions.set(id, subscription);
    return subscription;
  }

  /** Stops sending; what is not acknowledged stays for the next start. */
  async close(): Promise<void> {
    this.#org.listeners.delete(this.#hear);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#closing.abort();
    await this.#sending;
  }

  readonly #hear = ({ changes }: Committed): void => {
    for (const change of changes) this.#note(change);
  };

  #note(change: Change): void {
    // Workflow rules fire on create and update, not on delete.
    if (change.row.IsDeleted === true) return;
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.object !== change.object.name) continue;
      const id = makeId('04l', this.#org.kernel.nextNumber('salesforce.id.04l'));
      this.#pending.set(id, {
        id,
        subscriptionId: subscription.id,
        recordId: change.row.Id,
        attempts: 0,
        since: this.#org.kernel.now().getTime(),
      });
      this.#schedule(FLUSH_MS);
    }
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== null || this.#sending !== null || this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#sending = this.#sendAll().finally(() => {
        this.#sending = null;
        if (this.#pending.size > 0) this.#schedule(this.#delay());
      });
    }, delayMs);
    this.#timer.unref();
  }

  #delay(): number {
    const attempts = Math.min(...[...this.#pending.values()].map((pending) => pending.attempts));
    return attempts === 0 ? FLUSH_MS : Math.min(RETRY_CAP_MS, RETRY_MS * 2 ** (attempts - 1));
  }

  async #sendAll(): Promise<void> {
    for (const subscription of [...this.#subscriptions.values()]) {
      const own = [...this.#pending.values()].filter((pending) => pending.subscriptionId === subscription.id);
      for (let start = 0; start < own.length; start += MAX_NOTIFICATIONS) {
        const batch = own.slice(start, start + MAX_NOTIFICATIONS);
        const acknowledged = await this.#post(subscription, batch);
        for (const pending of batch) {
          const tooOld = this.#org.kernel.now().getTime() - pending.since > GIVE_UP_MS;
          if (acknowledged || tooOld) this.#pending.delete(pending.id);
          else this.#pending.set(pending.id, { ...pending, attempts: pending.attempts + 1 });
        }
      }
    }
  }

  async #post(subscription: Subscription, batch: readonly Pending[]): Promise<boolean> {
    try {
      const response = await fetch(subscription.targetUrl, {
        method: 'POST',
        headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: '""' },
        body: this.#envelope(subscription, batch),
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      return response.ok && /<(?:\w+:)?Ack>\s*true\s*<\//.test(await response.text());
    } catch {
      // Refused, cut or too slow: it is tried again.
      return false;
    }
  }

  /** The latest data of each record; a record deleted since is sent with its id alone. */
  #envelope(subscription: Subscription, batch: readonly Pending[]): string {
    const notifications = batch.map((pending) => {
      const row = this.#org.records.get(subscription.object, pending.recordId);
      const values =
        row === undefined || row.IsDeleted === true ? [] : subscription.fields.filter((name) => name !== 'Id');
      const fields = values.map((name) => element(`sf:${name}`, row?.[name] ?? null)).join('');
      return `<Notification><Id>${pending.id}</Id><sObject xsi:type="sf:${subscription.object}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>${pending.recordId}</sf:Id>${fields}</sObject></Notification>`;
    });
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
      '<soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">',
      `<OrganizationId>${escapeXml(subscription.organizationId)}</OrganizationId><ActionId>${subscription.id}</ActionId><SessionId xsi:nil="true"/>`,
      '<EnterpriseUrl>https://sandbox.example/services/Soap/c/62.0</EnterpriseUrl><PartnerUrl>https://sandbox.example/services/Soap/u/62.0</PartnerUrl>',
      ...notifications,
      '</notifications></soapenv:Body></soapenv:Envelope>',
    ].join('');
  }
}

function element(name: string, value: Value): string {
  if (value === null) return '';
  return `<${name}>${escapeXml(String(value).replace(/\+0000$/, 'Z'))}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
