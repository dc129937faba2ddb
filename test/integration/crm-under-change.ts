/** Two CRMs with their data in a test's hands, under one set of verbs: what people do to records in either. */
import type { Clock } from '../../core/ports/clock.ts';
import type { Connector } from '../../core/ports/connector.ts';
import { openPortal } from './hubspot-portal.ts';
import { crowd, startOrg } from './salesforce-org.ts';

/** What people do in a CRM. Ids are the vendor's own. */
export interface CrmUnderChange {
  connect(clock: Clock): Connector;
  /** Sets the vendor's own time. */
  setTime(at: Date): Promise<void>;
  /** How the connector names a sale. */
  saleKey(saleId: string): string;
  owners: readonly [string, string];
  /** Whether the people of a company are deleted with it. */
  companyTakesPeople: boolean;
  person(name: string, email: string, companyId?: string): Promise<string>;
  company(name: string): Promise<string>;
  /** A won sale of a person. */
  sale(personId: string, amount: string): Promise<string>;
  rename(personId: string, name: string): Promise<void>;
  setEmail(personId: string, email: string): Promise<void>;
  setAmount(saleId: string, amount: string): Promise<void>;
  /** Back to a stage that is not won, and won again. */
  reopen(saleId: string): Promise<void>;
  win(saleId: string): Promise<void>;
  setOwner(personId: string, ownerId: string): Promise<void>;
  move(personId: string, from: string, to: string): Promise<void>;
  /** Into the recycle bin (Salesforce), archived (HubSpot), and back. */
  remove(kind: 'person' | 'sale', id: string): Promise<void>;
  restore(kind: 'person' | 'sale', id: string): Promise<void>;
  /** Merges two people; returns the id of the record that is left. */
  merge(winnerId: string, loserId: string): Promise<string>;
  mergeCompanies(winnerId: string, loserId: string): Promise<string>;
  removeCompany(companyId: string): Promise<void>;
  /** A call that took place with a person; and it is somebody else's, or never was. */
  called(personId: string): Promise<string>;
  uncall(callId: string): Promise<void>;
  /** How the connector names a call. */
  callKey(callId: string): string;
  /** The sale is that person's no more. */
  dissociate(saleId: string, personId: string): Promise<void>;
  associate(saleId: string, personId: string): Promise<void>;
  close(): Promise<void>;
}

const SOLD_ON = '2025-11-03';

/** An empty HubSpot account. */
export async function hubspotUnderChange(): Promise<CrmUnderChange> {
  const account = await openPortal();
  const { portal, kernel } = account;
  const types = { person: 'contacts', sale: 'deals' } as const;
  return {
    // Search is limited to 5 calls a second, one for each object: one activity stands for all.
    connect: (clock) => account.connect(clock, { engagementObjects: ['calls'] }),
    setTime: async (at) => kernel.setClock(at),
    saleKey: (saleId) => `deal-${saleId}`,
    owners: ['501', '502'],
    companyTakesPeople: false,
    person: async (name, email, companyId) => {
      const { id } = portal.create('contacts', { firstname: name, email, hubspot_owner_id: '501' });
      if (companyId !== undefined) portal.associate('contacts', id, 'companies', companyId, [279, 1]);
      return id;
    },
    company: async (name) => portal.create('companies', { name }).id,
    sale: async (personId, amount) => {
      const { id } = portal.create('deals', {
        amount,
        closedate: `${SOLD_ON}T10:00:00.000Z`,
        hs_is_closed_won: 'true',
        deal_currency_code: 'USD',
      });
      portal.associate('deals', id, 'contacts', personId);
      return id;
    },
    rename: async (id, firstname) => void portal.update('contacts', id, { firstname }),
    setEmail: async (id, email) => void portal.update('contacts', id, { email }),
    setAmount: async (id, amount) => void portal.update('deals', id, { amount }),
    reopen: async (id) => void portal.update('deals', id, { hs_is_closed_won: 'false' }),
    win: async (id) => void portal.update('deals', id, { hs_is_closed_won: 'true' }),
    setOwner: async (id, ownerId) => void portal.update('contacts', id, { hubspot_owner_id: ownerId }),
    move: async (id, from, to) => {
      portal.dissociate('contacts', id, 'companies', from);
      portal.associate('contacts', id, 'companies', to, [279, 1]);
    },
    remove: async (kind, id) => portal.archive(types[kind], id),
    restore: async (kind, id) => portal.restore(types[kind], id),
    merge: async (winnerId, loserId) => portal.merge('contacts', winnerId, loserId).id,
    mergeCompanies: async (winnerId, loserId) => portal.merge('companies', winnerId, loserId).id,
    removeCompany: async (id) => portal.archive('companies', id),
    called: async (personId) => {
      const { id } = portal.create('calls', { hs_timestamp: `${SOLD_ON}T09:00:00.000Z`, hs_call_status: 'COMPLETED' });
      portal.associate('calls', id, 'contacts', personId);
      return id;
    },
    uncall: async (id) => portal.archive('calls', id),
    callKey: (id) => `call-${id}`,
    dissociate: async (saleId, personId) => portal.dissociate('deals', saleId, 'contacts', personId),
    associate: async (saleId, personId) => portal.associate('deals', saleId, 'contacts', personId),
    close: () => account.close(),
  };
}

/** A Salesforce organisation with nothing in it but its users. */
export async function salesforceUnderChange(): Promise<CrmUnderChange> {
  const org = await startOrg(crowd(0));
  const [first, second] = (await org.soql('SELECT Id FROM User ORDER BY Id')).map((row) => String(row['Id']));
  const objects = { person: 'Contact', sale: 'Opportunity' } as const;
  const roleOf = async (saleId: string, personId: string) => {
    const [role] = await org.soql(
      `SELECT Id FROM OpportunityContactRole WHERE OpportunityId = '${saleId}' AND ContactId = '${personId}'`,
    );
    return String(role?.['Id']);
  };
  const associate = async (saleId: string, personId: string) => {
    await org.change('OpportunityContactRole', null, { OpportunityId: saleId, ContactId: personId, IsPrimary: true });
  };
  const change = async (object: string, id: string, fields: Readonly<Record<string, unknown>>) => {
    await org.change(object, id, fields);
  };
  return {
    connect: (clock) => org.connect({ clock, settings: { engagementObjects: ['Task'] } }),
    setTime: (at) => org.setClock(at),
    saleKey: (saleId) => saleId,
    owners: [first ?? '', second ?? ''],
    companyTakesPeople: true,
    person: (name, email, companyId) =>
      org.change('Contact', null, { LastName: name, Email: email, OwnerId: first, AccountId: companyId ?? null }),
    company: (name) => org.change('Account', null, { Name: name }),
    sale: async (personId, amount) => {
      const deal = { Name: 'Sale', StageName: 'Closed Won', CloseDate: SOLD_ON, Amount: Number(amount) };
      const id = await org.change('Opportunity', null, deal);
      await associate(id, personId);
      return id;
    },
    rename: (id, LastName) => change('Contact', id, { LastName }),
    setEmail: (id, Email) => change('Contact', id, { Email }),
    setAmount: (id, amount) => change('Opportunity', id, { Amount: Number(amount) }),
    reopen: (id) => change('Opportunity', id, { StageName: 'Negotiation/Review' }),
    win: (id) => change('Opportunity', id, { StageName: 'Closed Won' }),
    setOwner: (id, OwnerId) => change('Contact', id, { OwnerId }),
    move: (id, _from, AccountId) => change('Contact', id, { AccountId }),
    remove: (kind, id) => org.remove(objects[kind], id),
    restore: (kind, id) => org.undelete(objects[kind], id),
    merge: async (winnerId, loserId) => {
      await org.merge('Contact', winnerId, [loserId]);
      return winnerId;
    },
    mergeCompanies: async (winnerId, loserId) => {
      await org.merge('Account', winnerId, [loserId]);
      return winnerId;
    },
    removeCompany: (id) => org.remove('Account', id),
    called: (personId) =>
      org.change('Task', null, { Subject: 'Call', ActivityDate: SOLD_ON, Status: 'Completed', WhoId: personId }),
    uncall: (id) => org.remove('Task', id),
    callKey: (id) => id,
    dissociate: async (saleId, personId) => org.remove('OpportunityContactRole', await roleOf(saleId, personId)),
    associate,
    close: () => org.close(),
  };
}
