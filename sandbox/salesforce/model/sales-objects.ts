import { lookup, makeField, type ObjectType, picklist, readOnly } from './field.ts';
import { address, makeObject, ownerField } from './object.ts';

const required = { nillable: false } as const;
const NAME = { nillable: false, nameField: true } as const;

/** The stages every new org has, with what each means: [stage, isClosed, isWon, probability in per cent]. */
export const OPPORTUNITY_STAGES: readonly (readonly [string, boolean, boolean, number])[] = [
  ['Prospecting', false, false, 10],
  ['Qualification', false, false, 10],
  ['Needs Analysis', false, false, 20],
  ['Value Proposition', false, false, 50],
  ['Id. Decision Makers', false, false, 60],
  ['Perception Analysis', false, false, 70],
  ['Proposal/Price Quote', false, false, 75],
  ['Negotiation/Review', false, false, 90],
  ['Closed Won', true, true, 100],
  ['Closed Lost', true, false, 0],
];

/** Account, Contact, Opportunity, its contact roles, Order and OrderItem, with the fields the shipped product and its mappings touch. */
export function salesObjects(): ObjectType[] {
  return [
    makeObject(
      'Account',
      '001',
      [
        makeField('Name', 'string', { label: 'Account Name', ...NAME }),
        picklist('Type', ['Prospect', 'Customer - Direct', 'Customer - Channel', 'Other']),
        lookup('ParentId', ['Account']),
        ...address('Billing'),
        makeField('Phone', 'phone'),
        makeField('Website', 'url'),
        picklist('Industry', ['Agriculture', 'Apparel', 'Banking', 'Biotechnology', 'Retail', 'Technology', 'Other']),
        makeField('AnnualRevenue', 'currency', { scale: 0 }),
        makeField('NumberOfEmployees', 'int'),
        makeField('Description', 'textarea'),
        ownerField(),
        readOnly('LastActivityDate', 'date'),
      ],
      { merges: true },
    ),
    makeObject(
      'Contact',
      '003',
      [
        lookup('AccountId', ['Account']),
        makeField('LastName', 'string', { length: 80, ...required }),
        makeField('FirstName', 'string', { length: 40 }),
        readOnly('Name', 'string', { label: 'Full Name', length: 121, calculated: true, ...NAME }),
        ...address('Mailing'),
        makeField('Phone', 'phone', { label: 'Business Phone' }),
        makeField('MobilePhone', 'phone'),
        lookup('ReportsToId', ['Contact']),
        makeField('Email', 'email', { idLookup: true }),
        makeField('Title', 'string', { length: 128 }),
        makeField('Department', 'string', { length: 80 }),
        picklist('LeadSource', ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other']),
        makeField('Birthdate', 'date'),
        makeField('Description', 'textarea'),
        ownerField(),
        makeField('HasOptedOutOfEmail', 'boolean', { label: 'Email Opt Out' }),
        makeField('DoNotCall', 'boolean'),
        readOnly('LastActivityDate', 'date'),
      ],
      { merges: true },
    ),
    makeObject(
      'Opportunity',
      '006',
      [
        lookup('AccountId', ['Account']),
        makeField('Name', 'string', { length: 120, ...NAME }),
        makeField('Description', 'textarea'),
        picklist(
          'StageName',
          OPPORTUNITY_STAGES.map(([stage]) => stage),
          { label: 'Stage', ...required },
        ),
        makeField('Amount', 'currency'),
        makeField('Probability', 'percent', { precision: 3, defaultedOnCreate: true }),
        makeField('CloseDate', 'date', required),
        picklist('Type', ['Existing Business', 'New Business']),
        picklist('LeadSource', ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other']),
        readOnly('IsClosed', 'boolean', { label: 'Closed', calculated: true }),
        readOnly('IsWon', 'boolean', { label: 'Won', calculated: true }),
        ownerField(),
        lookup('ContactId', ['Contact'], { updateable: false }),
        readOnly('LastActivityDate', 'date'),
      ],
      { labelPlural: 'Opportunities' },
    ),
    makeObject('OpportunityContactRole', '00K', [
      lookup('OpportunityId', ['Opportunity'], { updateable: false, ...required }),
      lookup('ContactId', ['Contact'], { updateable: false, ...required }),
      picklist('Role', ['Business User', 'Decision Maker', 'Economic Buyer', 'Evaluator', 'Influencer', 'Other']),
      makeField('IsPrimary', 'boolean', { label: 'Primary' }),
    ]),
    makeObject('Order', '801', [
      lookup('AccountId', ['Account'], required),
      lookup('BillToContactId', ['Contact']),
      lookup('OpportunityId', ['Opportunity']),
      lookup('OriginalOrderId', ['Order'], { updateable: false }),
      makeField('IsReductionOrder', 'boolean', { label: 'Reduction Order', updateable: false }),
      makeField('EffectiveDate', 'date', { label: 'Order Start Date', ...required }),
      makeField('EndDate', 'date'),
      picklist('Status', ['Draft', 'Activated'], required),
      readOnly('StatusCode', 'picklist', { calculated: true }),
      readOnly('ActivatedDate', 'datetime'),
      readOnly('OrderNumber', 'string', { length: 30, ...NAME, defaultedOnCreate: true }),
      makeField('OrderReferenceNumber', 'string', { length: 80 }),
      readOnly('TotalAmount', 'currency', { calculated: true, label: 'Order Amount' }),
      makeField('Description', 'textarea'),
      ownerField(),
    ]),
    makeObject(
      'OrderItem',
      '802',
      [
        lookup('OrderId', ['Order'], { updateable: false, ...required }),
        lookup('OriginalOrderItemId', ['OrderItem'], { updateable: false }),
        makeField('Quantity', 'double', { scale: 2, ...required }),
        makeField('UnitPrice', 'currency', required),
        makeField('ListPrice', 'currency', { updateable: false }),
        readOnly('TotalPrice', 'currency', { calculated: true }),
        makeField('ServiceDate', 'date'),
        makeField('Description', 'string'),
        readOnly('OrderItemNumber', 'string', { length: 30, ...NAME, defaultedOnCreate: true }),
      ],
      { label: 'Order Product' },
    ),
  ];
}
