/** The object types the sandbox knows, with their ids and the default properties that its data uses. */
export const OBJECT_TYPES = [
  'contacts',
  'companies',
  'deals',
  'orders',
  'line_items',
  'tickets',
  'emails',
  'meetings',
  'calls',
  'notes',
  'tasks',
] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

const ALIASES: Readonly<Record<string, ObjectType>> = {
  '0-1': 'contacts',
  contact: 'contacts',
  '0-2': 'companies',
  company: 'companies',
  '0-3': 'deals',
  deal: 'deals',
  '0-123': 'orders',
  order: 'orders',
  '0-8': 'line_items',
  line_item: 'line_items',
  '0-5': 'tickets',
  ticket: 'tickets',
  '0-49': 'emails',
  email: 'emails',
  '0-47': 'meetings',
  meeting: 'meetings',
  '0-48': 'calls',
  call: 'calls',
  '0-46': 'notes',
  note: 'notes',
  '0-27': 'tasks',
  task: 'tasks',
};

/** The object type of a path segment: its plural name, singular name or id; null for an unknown one. */
export function objectType(text: string): ObjectType | null {
  return (OBJECT_TYPES as readonly string[]).includes(text) ? (text as ObjectType) : (ALIASES[text] ?? null);
}

/** The property that moves with every write. */
export function modifiedProperty(type: ObjectType): string {
  return type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate';
}

/** The property with the time of creation. */
export function createdProperty(type: ObjectType): string {
  return type === 'contacts' || type === 'companies' || type === 'deals' ? 'createdate' : 'hs_createdate';
}

const DEFAULTS: Readonly<Record<ObjectType, string>> = {
  contacts:
    'email firstname lastname phone company lifecyclestage hubspot_owner_id hs_email_optout:bool hs_merged_object_ids hs_additional_emails website jobtitle',
  companies: 'name domain phone hubspot_owner_id industry hs_merged_object_ids',
  deals:
    'dealname amount:number closedate:datetime dealstage pipeline hs_is_closed_won:bool hs_is_closed:bool deal_currency_code amount_in_home_currency:number hubspot_owner_id dealtype order_reference refunded_amount:number refunded_at:datetime',
  orders:
    'hs_order_name hs_currency_code hs_total_price:number hs_fulfillment_status hs_source_store hs_pipeline hs_pipeline_stage hs_external_order_id hs_processed_date:datetime',
  line_items: 'name price:number quantity:number amount:number',
  tickets: 'subject content hs_pipeline hs_pipeline_stage hs_ticket_priority hubspot_owner_id closed_date:datetime',
  emails: 'hs_timestamp:datetime hs_email_subject hs_email_direction hs_email_status hubspot_owner_id hs_email_text',
  meetings: 'hs_timestamp:datetime hs_meeting_title hs_meeting_outcome hs_meeting_start_time:datetime hubspot_owner_id',
  calls: 'hs_timestamp:datetime hs_call_title hs_call_status hs_call_direction hubspot_owner_id',
  notes: 'hs_timestamp:datetime hs_note_body hubspot_owner_id',
  tasks:
    'hs_timestamp:datetime hs_task_subject hs_task_body hs_task_status hs_task_priority hs_task_type hubspot_owner_id hs_task_completion_date:datetime',
};

/** Default properties of a type: name and value type. */
export function defaultProperties(type: ObjectType): readonly { name: string; type: string }[] {
  const own = DEFAULTS[type].split(' ').map((text) => {
    const [name = '', valueType = 'string'] = text.split(':');
    return { name, type: valueType };
  });
  return [
    ...own,
    { name: modifiedProperty(type), type: 'datetime' },
    { name: createdProperty(type), type: 'datetime' },
    { name: 'hs_object_id', type: 'number' },
  ];
}

/** Properties that come with every reply, asked for or not. */
export const ALWAYS: Readonly<Record<ObjectType, readonly string[]>> = {
  contacts: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
  companies: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
  deals: [
    'amount',
    'closedate',
    'createdate',
    'dealname',
    'dealstage',
    'hs_lastmodifieddate',
    'hs_object_id',
    'pipeline',
  ],
  orders: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  line_items: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  tickets: [
    'content',
    'hs_createdate',
    'hs_lastmodifieddate',
    'hs_object_id',
    'hs_pipeline',
    'hs_pipeline_stage',
    'hs_ticket_priority',
    'subject',
  ],
  emails: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  meetings: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  calls: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  notes: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  tasks: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
};

/** Association type ids by default, "from>to" (facts: HubSpot's associations guide). */
export const ASSOCIATION_TYPES: Readonly<Record<string, number>> = {
  'contacts>companies': 279,
  'companies>contacts': 280,
  'deals>contacts': 3,
  'contacts>deals': 4,
  'deals>companies': 341,
  'companies>deals': 342,
  'tasks>contacts': 204,
  'contacts>tasks': 203,
  'tasks>companies': 192,
  'tasks>deals': 216,
  'notes>contacts': 202,
  'contacts>notes': 201,
  'emails>contacts': 198,
  'contacts>emails': 197,
  'meetings>contacts': 200,
  'contacts>meetings': 199,
  'tickets>contacts': 16,
  'contacts>tickets': 15,
  'calls>contacts': 194,
  'contacts>calls': 193,
  'orders>contacts': 507,
  'contacts>orders': 508,
  'deals>line_items': 19,
  'line_items>deals': 20,
};
