import type { Scope } from '../../core/ports/grants.ts';
import type { HubSpotSettings } from './settings.ts';

/**
 * The rights a connection asks for: no more than its settings use. What not every edition has is optional, so that the account is
 * connected without it. https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
 */
export function scopesOf(settings: HubSpotSettings): readonly Scope[] {
  const reads = (object: HubSpotSettings['engagementObjects'][number]) => settings.engagementObjects.includes(object);
  const needed = (name: string, why: string): Scope => ({ name, why, optional: false });
  const wanted = (name: string, why: string): Scope => ({ name, why, optional: true });
  return [
    needed('oauth', 'lets an app act for this account at all; HubSpot wants it of every app'),
    needed('crm.objects.contacts.read', 'reads contacts and their activities: who is scored, and how engaged they are'),
    needed(
      'crm.objects.contacts.write',
      'writes our own score fields on contacts and opens tasks; nothing else is changed',
    ),
    needed('crm.objects.companies.read', 'reads companies, to which contacts and deals belong'),
    needed('crm.objects.companies.write', 'writes our own score fields on companies; nothing else is changed'),
    needed('crm.objects.deals.read', 'reads deals: won ones are the purchases that value is computed from'),
    needed('crm.objects.owners.read', 'reads owners, so that a task goes to the right person'),
    needed('crm.schemas.contacts.read', 'sees which contact fields there are'),
    needed('crm.schemas.contacts.write', 'creates our own fields on contacts, once'),
    needed('crm.schemas.companies.read', 'sees which company fields there are'),
    needed('crm.schemas.companies.write', 'creates our own fields on companies, once'),
    ...(settings.orders === null ? [] : [wanted('crm.objects.orders.read', 'reads orders as purchases')]),
    ...(reads('emails')
      ? [wanted('sales-email-read', 'reads that and when e-mails were sent; a sign of engagement')]
      : []),
    ...(reads('tickets') ? [wanted('tickets', 'reads tickets; a sign of trouble')] : []),
    wanted(
      'automation.sequences.read',
      'lists sequences that a playbook may enrol into (Sales or Service Hub Professional)',
    ),
    wanted(
      'automation.sequences.enrollments.write',
      'enrols a contact into a sequence; without it a task is opened instead',
    ),
    wanted('crm.lists.write', 'puts a contact into a list of yours; without it a task is opened instead'),
  ];
}
