import { LONGEST_NOTE, VERDICTS } from '../../core/ports/record-cards.ts';
import { metadataXml } from './metadata-xml.ts';
import { FEEDBACK_OBJECT } from './read-feedback.ts';

const FOLDER = `objects/${FEEDBACK_OBJECT}`;

/** The object's own fields; who said it and when are Salesforce's. */
export const FEEDBACK_FIELDS = [
  {
    fullName: 'Contact__c',
    deleteConstraint: 'SetNull',
    description: 'Whose score it is about.',
    label: 'Contact',
    referenceTo: 'Contact',
    relationshipLabel: 'Words on the score',
    relationshipName: 'Staypower_Feedback',
    required: false,
    type: 'Lookup',
  },
  {
    fullName: 'Note__c',
    description: 'What is wrong about it, in the words of who said so.',
    label: 'Note',
    length: LONGEST_NOTE,
    type: 'LongTextArea',
    visibleLines: 3,
  },
  {
    fullName: 'Verdict__c',
    description: 'Whether the score was useful.',
    label: 'Verdict',
    required: false,
    type: 'Picklist',
    valueSet: {
      restricted: true,
      valueSetDefinition: {
        sorted: false,
        value: VERDICTS.map((verdict) => ({
          fullName: verdict,
          default: false,
          label: `${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}`,
        })),
      },
    },
  },
] as const;

/**
 * An object of its own for a rep's word, and not a field of the contact: who may create one needs no right to change a contact, two people
 * do not overwrite each other, and no flow of the contact runs. https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/customobject.htm
 */
export const FEEDBACK_FILES: readonly [string, string][] = [
  [
    `${FOLDER}/${FEEDBACK_OBJECT}.object-meta.xml`,
    metadataXml('CustomObject', {
      deploymentStatus: 'Deployed',
      description: 'What somebody said of the score on a contact: useful or wrong.',
      label: 'Word on a score',
      nameField: { displayFormat: '{000000}', label: 'Number', type: 'AutoNumber' },
      pluralLabel: 'Words on scores',
      sharingModel: 'Private',
    }),
  ],
  ...FEEDBACK_FIELDS.map((field): [string, string] => [
    `${FOLDER}/fields/${field.fullName}.field-meta.xml`,
    metadataXml('CustomField', field),
  ]),
];
