import type { Kernel } from '../../kernel/types.ts';
import type { World, WorldOrder, WorldPerson } from '../../seed/world.ts';
import { salesforceTime } from '../datetime.ts';
import { addUser, INTEGRATION_USER_ID } from '../org/bootstrap.ts';
import { type Org, openOrg } from '../org/org.ts';
import { seedActivity } from './activity.ts';
import { type Parent, place } from './place.ts';

/** When users and companies without people joined: before everything else in the world. */
const BEGINNING = '1996-01-01T00:00:00.000Z';
const DAY_MS = 86_400_000;

/**
 * Puts what the world has on record in Salesforce into the org: users, accounts, contacts, opportunities with their contact roles,
 * tasks, events and cases. Every record carries the time of its fact, never the sandbox's.
 */
export function seedSalesforce(kernel: Kernel, world: World): void {
  const org = openOrg(kernel);
  enableCurrencies(org, world);
  const userIds = world.owners.map((owner) => addUser(org, { ...owner, at: salesforceTime(new Date(BEGINNING)) }));
  const people = world.people.filter((person) => person.systems.includes('salesforce'));
  const accountIds = seedAccounts(org, world, userIds);
  const contactIds = new Map<string, string>();
  const ownerOf = (person: WorldPerson) => userIds[person.owner] ?? INTEGRATION_USER_ID;
  const accountOf = (person: WorldPerson) =>
    person.companyId === null ? null : (accountIds.get(person.companyId) ?? null);
  for (const person of people) {
    const id = place(org, 'Contact', person.createdAt, {
      FirstName: person.firstName,
      LastName: person.lastName,
      Email: person.email,
      Phone: person.phone,
      AccountId: accountOf(person),
      OwnerId: ownerOf(person),
      HasOptedOutOfEmail: person.doNotContact,
      DoNotCall: person.doNotContact,
    });
    contactIds.set(person.id, id);
  }
  const named = new Map(people.map((person) => [person.id, person]));
  seedWon(org, world, (order) => {
    const person = named.get(order.personId);
    return person === undefined ? null : { ...common(person), name: `${person.firstName} ${person.lastName}` };
  });
  for (const person of people) seedUnwon(org, person, common(person));
  for (const event of world.events) {
    const person = named.get(event.personId);
    if (event.system !== 'salesforce' || person === undefined) continue;
    seedActivity(org, event, {
      ContactId: contactIds.get(person.id) ?? null,
      AccountId: accountOf(person),
      OwnerId: ownerOf(person),
    });
  }

  function common(person: WorldPerson): Parent {
    return { ContactId: contactIds.get(person.id) ?? null, AccountId: accountOf(person), OwnerId: ownerOf(person) };
  }
}

/** Orders in more than one currency make a multi-currency org; the most frequent is the corporate one. */
function enableCurrencies(org: Org, world: World): void {
  const counts = new Map<string, number>();
  for (const order of world.orders) {
    if (order.systems.includes('salesforce')) counts.set(order.currency, (counts.get(order.currency) ?? 0) + 1);
  }
  const [corporate] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (counts.size > 1 && corporate !== undefined) org.configure({ corporateCurrency: corporate[0] });
}

function seedAccounts(org: Org, world: World, userIds: readonly string[]): Map<string, string> {
  const since = new Map<string, WorldPerson>();
  for (const person of world.people) {
    const first = person.companyId === null ? undefined : since.get(person.companyId);
    if (person.companyId !== null && (first === undefined || person.createdAt < first.createdAt))
      since.set(person.companyId, person);
  }
  const ids = new Map<string, string>();
  for (const company of world.companies) {
    const first = since.get(company.id);
    const id = place(org, 'Account', first?.createdAt ?? BEGINNING, {
      Name: company.name,
      Website: `https://${company.domain}`,
      OwnerId: userIds[first?.owner ?? 0] ?? INTEGRATION_USER_ID,
    });
    ids.set(company.id, id);
  }
  return ids;
}

/** Closed-won opportunities with their primary contact role. Refunds and cancellations change the opportunity they refer to. */
function seedWon(org: Org, world: World, parentOf: (order: WorldOrder) => (Parent & { name: string }) | null): void {
  const back = new Map<string, WorldOrder[]>();
  for (const order of world.orders) {
    if (order.kind === 'order' || order.refersTo === null || !order.systems.includes('salesforce')) continue;
    back.set(order.refersTo, [...(back.get(order.refersTo) ?? []), order]);
  }
  for (const order of world.orders) {
    const parent = order.kind === 'order' && order.systems.includes('salesforce') ? parentOf(order) : null;
    if (parent === null) continue;
    const { name, ...belongs } = parent;
    const returned = back.get(order.id) ?? [];
    const last = returned.at(-1);
    const amount = Number(order.amount);
    const id = place(
      org,
      'Opportunity',
      order.at,
      {
        ...belongs,
        Name: `${name} - ${order.reference ?? order.id}`.slice(0, 120),
        StageName: 'Closed Won',
        CloseDate: order.at.slice(0, 10),
        Amount: amount,
        Order_Reference__c: order.reference,
        Refunded_Amount__c: last === undefined ? null : refunded(amount, returned),
        Refunded_On__c: last === undefined ? null : last.at.slice(0, 10),
        CurrencyIsoCode: order.currency,
      },
      last?.at ?? order.at,
    );
    place(org, 'OpportunityContactRole', order.at, {
      OpportunityId: id,
      ContactId: parent.ContactId,
      Role: 'Decision Maker',
      IsPrimary: true,
    });
  }
}

/** A cancellation pays everything back; refunds add up, never above the sale. */
function refunded(amount: number, returned: readonly WorldOrder[]): number {
  if (returned.some((order) => order.kind === 'cancel')) return amount;
  const cents = returned.reduce((sum, order) => sum + Math.round(Number(order.amount) * 100), 0);
  return Math.min(amount, cents / 100);
}

/** One contact in twenty has an open opportunity, one in thirty lost one, by a hash of the person's id. */
function seedUnwon(org: Org, person: WorldPerson, parent: Parent): void {
  const hash = hashOf(person.id);
  const stage = hash % 20 === 0 ? 'Qualification' : hash % 30 === 1 ? 'Closed Lost' : null;
  if (stage === null) return;
  const closes = new Date(Date.parse(person.createdAt) + 90 * DAY_MS).toISOString();
  const id = place(org, 'Opportunity', person.createdAt, {
    ...parent,
    Name: `${person.firstName} ${person.lastName} - offer`,
    StageName: stage,
    CloseDate: closes.slice(0, 10),
    Amount: 20 + (hash % 400),
    Order_Reference__c: null,
  });
  place(org, 'OpportunityContactRole', person.createdAt, {
    OpportunityId: id,
    ContactId: parent.ContactId,
    Role: 'Evaluator',
    IsPrimary: true,
  });
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
