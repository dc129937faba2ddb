import type { Kernel } from '../kernel/types.ts';
import type { World } from '../seed/world.ts';
import { createPortal } from './portal.ts';

/** Puts a world into HubSpot. Times are those of the facts, never the sandbox's now. */
export function seedHubSpot(kernel: Kernel, world: World): void {
  const portal = createPortal(kernel);
  const owners = kernel.table<{ id: string; email: string; firstName: string; lastName: string }>('hubspot.owners');
  const ownerId = (index: number) => String(50_001 + index);
  for (const [index, owner] of world.owners.entries()) {
    owners.set(ownerId(index), {
      id: ownerId(index),
      email: owner.email,
      firstName: owner.firstName,
      lastName: owner.lastName,
    });
  }
  const people = world.people.filter((person) => person.systems.includes('hubspot'));
  const employers = new Set(people.map((person) => person.companyId));
  const companyIds = new Map(
    world.companies
      .filter((company) => employers.has(company.id))
      .map((company) => [
        company.id,
        portal.create(
          'companies',
          { name: company.name, domain: company.domain },
          { at: people[0]?.createdAt ?? '2020-01-01T00:00:00.000Z' },
        ).id,
      ]),
  );
  // A record's e-mail address is unique in HubSpot: a double inside the system has a second address of the person's.
  const taken = new Set<string>();
  const records = kernel.table<object>('hubspot.contacts');
  const contactIds = new Map<string, string>();
  for (const person of people) {
    const unique = !taken.has(person.email.trim().toLowerCase());
    taken.add(person.email.trim().toLowerCase());
    const contact = portal.create(
      'contacts',
      {
        ...(unique && { email: person.email.trim() }),
        firstname: person.firstName,
        lastname: person.lastName,
        ...(person.phone && { phone: person.phone }),
        hubspot_owner_id: ownerId(person.owner),
        lifecyclestage: 'customer',
        hs_email_optout: person.doNotContact ? 'true' : 'false',
      },
      { at: person.createdAt },
    );
    if (!unique)
      records.set(contact.id, {
        ...contact,
        properties: { ...contact.properties, hs_additional_emails: person.email.trim() },
      });
    contactIds.set(person.id, contact.id);
    const companyId = person.companyId === null ? undefined : companyIds.get(person.companyId);
    if (companyId) portal.associate('contacts', contact.id, 'companies', companyId, [279, 1]);
  }

  const takenBack = new Map(
    world.orders.filter((order) => order.kind !== 'order').map((order) => [order.refersTo, order]),
  );
  for (const [index, order] of world.orders.entries()) {
    const contactId = contactIds.get(order.personId);
    if (order.kind !== 'order' || !order.systems.includes('hubspot') || !contactId) continue;
    const back = takenBack.get(order.id);
    const deal = portal.create(
      'deals',
      {
        dealname: `Order ${index + 1}`,
        amount: order.amount,
        closedate: order.at,
        pipeline: 'default',
        dealstage: 'closedwon',
        hs_is_closed_won: 'true',
        hs_is_closed: 'true',
        deal_currency_code: order.currency,
        ...(order.reference !== null && { order_reference: order.reference }),
        ...(back && { refunded_amount: back.kind === 'cancel' ? order.amount : back.amount, refunded_at: back.at }),
      },
      { at: back?.at ?? order.at },
    );
    portal.associate('deals', deal.id, 'contacts', contactId);
    // Every twentieth order has an open or lost deal beside it, which is no purchase.
    if (index % 20 === 0) {
      const lost = index % 40 === 0;
      const other = portal.create(
        'deals',
        {
          dealname: `Offer ${index + 1}`,
          amount: order.amount,
          closedate: order.at,
          pipeline: 'default',
          dealstage: lost ? 'closedlost' : 'qualifiedtobuy',
          hs_is_closed_won: 'false',
          hs_is_closed: String(lost),
          deal_currency_code: order.currency,
        },
        { at: order.at },
      );
      portal.associate('deals', other.id, 'contacts', contactId);
    }
  }
  for (const event of world.events) {
    const contactId = contactIds.get(event.personId);
    if (event.system !== 'hubspot' || !contactId) continue;
    const at = { at: event.at };
    if (event.channel === 'email') {
      const email = portal.create(
        'emails',
        {
          hs_timestamp: event.at,
          hs_email_subject: 'Message',
          hs_email_direction: event.name.includes('reply') ? 'INCOMING_EMAIL' : 'EMAIL',
          hs_email_status: 'SENT',
        },
        at,
      );
      portal.associate('emails', email.id, 'contacts', contactId);
    } else if (event.channel === 'meeting') {
      const meeting = portal.create(
        'meetings',
        {
          hs_timestamp: event.at,
          hs_meeting_title: 'Meeting',
          hs_meeting_outcome: 'COMPLETED',
          hs_meeting_start_time: event.at,
        },
        at,
      );
      portal.associate('meetings', meeting.id, 'contacts', contactId);
    } else if (event.channel === 'support') {
      const ticket = portal.create('tickets', { subject: 'Question', hs_pipeline: '0', hs_pipeline_stage: '1' }, at);
      portal.associate('tickets', ticket.id, 'contacts', contactId);
    } else if (event.channel === 'task') {
      const task = portal.create(
        'tasks',
        {
          hs_timestamp: event.at,
          hs_task_subject: 'Call',
          hs_task_status: 'COMPLETED',
          hs_task_type: 'CALL',
          hs_task_completion_date: event.at,
        },
        at,
      );
      portal.associate('tasks', task.id, 'contacts', contactId);
    }
  }
}
