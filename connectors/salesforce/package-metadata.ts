import { type FieldDefinition, isCarriedBy } from '../../core/domain/fields.ts';
import { apiNameOf } from './mapping.ts';
import { metadataXml, type XmlContent } from './metadata-xml.ts';
import { FEEDBACK_FIELDS, FEEDBACK_FILES } from './package-feedback.ts';
import { CARRIERS, metadataOf } from './provision-fields.ts';
import { FEEDBACK_OBJECT } from './read-feedback.ts';

/** One of our fields on one object, e.g. Contact.Staypower_Clv_12m__c. */
interface PlacedField {
  object: keyof typeof CARRIERS;
  name: string;
  definition: FieldDefinition;
}

/**
 * Files of the Salesforce package that follow from the fields, by their path below force-app/main/default: the fields, the permission sets
 * that show them, and report types and a list view that have them as columns.
 */
export function packageMetadata(definitions: readonly FieldDefinition[]): ReadonlyMap<string, string> {
  const fields = (Object.keys(CARRIERS) as (keyof typeof CARRIERS)[]).flatMap((object) =>
    definitions
      .filter((definition) => isCarriedBy(CARRIERS[object], definition))
      .map((definition): PlacedField => ({ object, name: apiNameOf(definition), definition })),
  );
  return new Map([
    ...fields.map((field): [string, string] => [
      `objects/${field.object}/fields/${field.name}.field-meta.xml`,
      fieldXml(field),
    ]),
    ...PERMISSION_SETS.map((set): [string, string] => [
      `permissionsets/${set.name}.permissionset-meta.xml`,
      permissionSetXml(set, fields),
    ]),
    ...FEEDBACK_FILES,
    [
      'reportTypes/Staypower_Contacts.reportType-meta.xml',
      reportTypeXml('Contact', ['Name', 'Account', 'Owner'], fields),
    ],
    ['reportTypes/Staypower_Accounts.reportType-meta.xml', reportTypeXml('Account', ['Name', 'Owner'], fields)],
    ['objects/Contact/listViews/Staypower_At_Risk.listView-meta.xml', AT_RISK],
  ]);
}

function fieldXml({ name, definition: { label, description, type } }: PlacedField): string {
  const { type: kind, length, precision, scale, visibleLines, valueSet } = metadataOf(type);
  return metadataXml('CustomField', {
    fullName: name,
    description,
    inlineHelpText: description,
    label,
    ...(length !== undefined && { length }),
    ...(precision !== undefined && { precision }),
    // A long text cannot be required, and does not say so.
    ...(kind !== 'LongTextArea' && { required: false }),
    ...(scale !== undefined && { scale }),
    type: kind,
    ...(valueSet && {
      valueSet: {
        restricted: valueSet.restricted,
        valueSetDefinition: {
          sorted: valueSet.valueSetDefinition.sorted,
          value: valueSet.valueSetDefinition.value.map(({ fullName, label: text, default: isDefault }) => ({
            fullName,
            default: isDefault,
            label: text,
          })),
        },
      },
    }),
    ...(visibleLines !== undefined && { visibleLines }),
  });
}

interface PermissionSet {
  name: string;
  label: string;
  description: string;
  /** Only the integration writes the fields: what a person types there would be overwritten, or believed. */
  writes: boolean;
  /** `all`: whoever owns them, and without sharing. */
  objects: readonly { object: string; edit: boolean; create: boolean; all: boolean }[];
  /** What this set may do with the fields of a rep's word. */
  feedback: 'none' | 'give' | 'read';
  /** Permissions of the user; needed for what objects and fields do not cover. */
  user: readonly string[];
}

const PERMISSION_SETS: readonly PermissionSet[] = [
  {
    name: 'Staypower_Viewer',
    label: 'Staypower Viewer',
    description: 'Sees the customer scores.',
    writes: false,
    objects: [],
    feedback: 'none',
    user: [],
  },
  {
    name: 'Staypower_Rep',
    label: 'Staypower Rep',
    description: 'Sees the customer scores, says whether they are useful, and works on the tasks that playbooks open.',
    writes: false,
    // A word once given is not changed; whoever gave it sees their own.
    objects: [{ object: FEEDBACK_OBJECT, edit: false, create: true, all: false }],
    feedback: 'give',
    user: ['EditTask'],
  },
  {
    name: 'Staypower_Admin',
    label: 'Staypower Admin',
    description: 'Sees the customer scores; makes reports and list views of them for others.',
    writes: false,
    objects: [],
    feedback: 'none',
    user: ['CreateCustomizeReports', 'ViewSetup'],
  },
  {
    name: 'Staypower_Integration',
    label: 'Staypower Integration',
    description:
      'For the user that Staypower connects as, and for nobody else: reads customers and sales, writes the score fields, opens tasks and cases.',
    writes: true,
    objects: [
      { object: 'Account', edit: true, create: false, all: true },
      { object: 'Case', edit: true, create: true, all: true },
      { object: 'Contact', edit: true, create: false, all: true },
      { object: 'Opportunity', edit: false, create: false, all: true },
      { object: FEEDBACK_OBJECT, edit: false, create: false, all: true },
    ],
    feedback: 'read',
    user: ['ApiEnabled', 'EditTask'],
  },
];

function permissionSetXml(set: PermissionSet, fields: readonly PlacedField[]): string {
  return metadataXml('PermissionSet', {
    description: set.description,
    fieldPermissions: [
      ...fields.map(({ object, name }) => ({ editable: set.writes, field: `${object}.${name}`, readable: true })),
      ...(set.feedback === 'none'
        ? []
        : FEEDBACK_FIELDS.map(({ fullName }) => ({
            editable: set.feedback === 'give',
            field: `${FEEDBACK_OBJECT}.${fullName}`,
            readable: true,
          }))),
    ].sort((a, b) => (a.field < b.field ? -1 : 1)),
    hasActivationRequired: false,
    label: set.label,
    objectPermissions: set.objects.map(
      ({ object, edit, create, all }): XmlContent => ({
        allowCreate: create,
        allowDelete: false,
        allowEdit: edit,
        allowRead: true,
        modifyAllRecords: edit && all,
        object,
        viewAllRecords: all,
      }),
    ),
    userPermissions: set.user.map((name) => ({ enabled: true, name })),
  });
}

function reportTypeXml(object: 'Contact' | 'Account', own: readonly string[], fields: readonly PlacedField[]): string {
  const column = (field: string) => ({ checkedByDefault: true, field, table: object });
  const plural = `${object}s`;
  return metadataXml('ReportType', {
    baseObject: object,
    category: 'accounts',
    deployed: true,
    description: `${plural} with their customer scores.`,
    label: `${plural} with customer scores`,
    sections: {
      columns: [
        ...own.map(column),
        ...fields.filter((field) => field.object === object).map(({ name }) => column(name)),
      ],
      masterLabel: 'Customer scores',
    },
  });
}

/** Whom to call first: at risk and valuable, the columns a rep decides by. */
const AT_RISK = metadataXml('ListView', {
  fullName: 'Staypower_At_Risk',
  columns: [
    'FULL_NAME',
    'ACCOUNT.NAME',
    ...['priority', 'value_if_kept_12m', 'currency', 'churn_probability', 'next_action', 'scored_at'].map((name) =>
      apiNameOf({ name }),
    ),
  ],
  filterScope: 'Everything',
  filters: [
    { field: apiNameOf({ name: 'churn_band' }), operation: 'equals', value: 'high' },
    { field: apiNameOf({ name: 'value_band' }), operation: 'equals', value: 'high' },
  ],
  label: 'At risk and valuable',
});
