import type { Ground } from '../kernel/ground.ts';
import { hashed } from '../seed/sampling.ts';
import { ASSOCIATION_TYPES } from './catalogue.ts';
import type { Association, CrmRecord } from './portal.ts';

/** How large a world is that is made up page by page, and from which seed. */
export interface VastWorld {
  contacts: number;
  /** Won deals of each contact. */
  dealsEach: number;
  seed: number;
}

/** What lies under an account's own data. */
export interface VastGround {
  contacts: Ground<CrmRecord>;
  deals: Ground<CrmRecord>;
  /** Associations of a contact with its deals and of a deal with its contact, by the portal's key; undefined for all others. */
  association(key: string): readonly Association[] | undefined;
  /** Ids that are taken. */
  ids: number;
}

const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2024, 9, 1);
const DAYS = 700;

/**
 * People and their purchases for loads of millions: contact i and its deals are made from i and the seed whenever they are asked for,
 * and nothing is kept. Their buying follows no model: it is there to be read, not to be forecast; their addresses are found by no
 * search for an address.
 *
 * @param firstId the id before the first
 */
export function vastGround({ contacts, dealsEach, seed }: VastWorld, firstId: number): VastGround {
  const deals = contacts * dealsEach;
  const contactId = (index: number) => String(firstId + 1 + index);
  const dealId = (index: number) => String(firstId + 1 + contacts + index);
  const indexIn = (id: string, from: number, size: number) => {
    const index = Number(id) - from;
    return Number.isInteger(index) && index >= 0 && index < size ? index : null;
  };
  const contactIndex = (id: string) => indexIn(id, firstId + 1, contacts);
  const dealIndex = (id: string) => indexIn(id, firstId + 1 + contacts, deals);
  const joinedMs = (index: number) => FIRST_DAY_MS + Math.floor(hashed(`joined ${index}`, seed) * DAYS) * DAY_MS;

  const contact = (index: number): CrmRecord =>
    record(contactId(index), joinedMs(index), 'lastmodifieddate', {
      email: `person${index}@people.example`,
      firstname: `First${index % 1_000}`,
      lastname: `Last${index}`,
      lifecyclestage: 'customer',
      hs_email_optout: 'false',
    });
  const deal = (index: number): CrmRecord => {
    const buyer = Math.floor(index / dealsEach);
    const days = Math.floor(hashed(`day ${index}`, seed) * 30) + 30 * (index % dealsEach);
    const at = joinedMs(buyer) + days * DAY_MS + 12 * 3_600_000;
    return record(dealId(index), at, 'hs_lastmodifieddate', {
      dealname: `Order ${index}`,
      amount: (5 + Math.floor(hashed(`amount ${index}`, seed) * 20_000) / 100).toFixed(2),
      closedate: new Date(at).toISOString(),
      pipeline: 'default',
      dealstage: 'closedwon',
      hs_is_closed_won: 'true',
      hs_is_closed: 'true',
      deal_currency_code: 'USD',
      order_reference: `V-${index}`,
    });
  };
  return {
    contacts: groundOf(contacts, contactId, contactIndex, contact),
    deals: groundOf(deals, dealId, dealIndex, deal),
    association: (key) => {
      const [, from, id = '', to] = /^(contacts|deals):(\d+)>(contacts|deals)$/.exec(key) ?? [];
      if (from === 'deals' && to === 'contacts') {
        const index = dealIndex(id);
        return index === null ? undefined : [link('deals>contacts', contactId(Math.floor(index / dealsEach)))];
      }
      const index = from === 'contacts' && to === 'deals' ? contactIndex(id) : null;
      if (index === null) return undefined;
      return Array.from({ length: dealsEach }, (_, nth) => link('contacts>deals', dealId(index * dealsEach + nth)));
    },
    ids: contacts + deals,
  };
}

function record(id: string, atMs: number, modified: string, properties: Record<string, string>): CrmRecord {
  const at = new Date(atMs).toISOString();
  return {
    id,
    properties: { ...properties, hs_object_id: id, createdate: at, [modified]: at },
    createdAt: at,
    updatedAt: at,
    archived: false,
    mergedInto: null,
  };
}

function groundOf(
  size: number,
  idOf: (index: number) => string,
  indexOf: (id: string) => number | null,
  make: (index: number) => CrmRecord,
): Ground<CrmRecord> {
  return {
    size,
    get: (id) => {
      const index = indexOf(id);
      return index === null ? undefined : make(index);
    },
    *ids() {
      for (let index = 0; index < size; index += 1) yield idOf(index);
    },
    *values() {
      for (let index = 0; index < size; index += 1) yield make(index);
    },
  };
}

function link(types: string, toId: string): Association {
  return { toId, typeIds: [ASSOCIATION_TYPES[types] ?? 449] };
}
