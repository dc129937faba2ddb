/** What the app asks for, and why. Made of connectors/hubspot/scopes.ts by "npm run build:hubspot-app". */
export const SCOPES: readonly { name: string; why: string; optional: boolean }[] = [
  { name: 'oauth', why: 'lets an app act for this account at all; HubSpot wants it of every app', optional: false },
  {
    name: 'crm.objects.contacts.read',
    why: 'reads contacts and their activities: who is scored, and how engaged they are',
    optional: false,
  },
  {
    name: 'crm.objects.contacts.write',
    why: 'writes our own score fields on contacts and opens tasks; nothing else is changed',
    optional: false,
  },
  { name: 'crm.objects.companies.read', why: 'reads companies, to which contacts and deals belong', optional: false },
  {
    name: 'crm.objects.companies.write',
    why: 'writes our own score fields on companies; nothing else is changed',
    optional: false,
  },
  {
    name: 'crm.objects.deals.read',
    why: 'reads deals: won ones are the purchases that value is computed from',
    optional: false,
  },
  { name: 'crm.objects.owners.read', why: 'reads owners, so that a task goes to the right person', optional: false },
  { name: 'crm.schemas.contacts.read', why: 'sees which contact fields there are', optional: false },
  { name: 'crm.schemas.contacts.write', why: 'creates our own fields on contacts, once', optional: false },
  { name: 'crm.schemas.companies.read', why: 'sees which company fields there are', optional: false },
  { name: 'crm.schemas.companies.write', why: 'creates our own fields on companies, once', optional: false },
  { name: 'crm.objects.orders.read', why: 'reads orders as purchases', optional: true },
  { name: 'sales-email-read', why: 'reads that and when e-mails were sent; a sign of engagement', optional: true },
  { name: 'tickets', why: 'reads tickets; a sign of trouble', optional: true },
  {
    name: 'automation.sequences.read',
    why: 'lists sequences that a playbook may enrol into (Sales or Service Hub Professional)',
    optional: true,
  },
  {
    name: 'automation.sequences.enrollments.write',
    why: 'enrols a contact into a sequence; without it a task is opened instead',
    optional: true,
  },
  {
    name: 'crm.lists.write',
    why: 'puts a contact into a list of yours; without it a task is opened instead',
    optional: true,
  },
];
