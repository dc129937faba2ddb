import { type Field, isNumeric, type ObjectType } from '../model/field.ts';
import type { Call } from './call.ts';

const SOAP_TYPES: Partial<Record<Field['type'], string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
};

/** GET /sobjects: every object, in short. */
export function describeGlobal(call: Call): Record<string, unknown> {
  const sobjects = [...call.org.model.objects()].map((object) => summary(call, object));
  return { encoding: 'UTF-8', maxBatchSize: 200, sobjects };
}

/** GET /sobjects/X: the summary and what was used last. */
export function describeBasic(call: Call, object: ObjectType): Record<string, unknown> {
  return { objectDescribe: summary(call, object), recentItems: [] };
}

/** GET /sobjects/X/describe: the object with the fields the user may see. */
export function describeObject(call: Call, object: ObjectType): Record<string, unknown> {
  const { access } = call.org;
  const fields = [...object.fields.values()].filter((field) => access.canRead(call.userId, object, field));
  return {
    ...summary(call, object),
    actionOverrides: [],
    childRelationships: object.children.map((child) => ({
      cascadeDelete: false,
      childSObject: child.object,
      deprecatedAndHidden: false,
      field: child.field,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: child.relationshipName,
      restrictedDelete: false,
    })),
    fields: fields.map((field) => describeField(call, object, field)),
    recordTypeInfos: [],
    supportedScopes: [{ label: `All ${object.labelPlural}`, name: 'everything' }],
  };
}

function summary(call: Call, object: ObjectType): Record<string, unknown> {
  const base = `${call.basePath}/sobjects/${object.name}`;
  return {
    activateable: false,
    createable: object.createable,
    custom: false,
    customSetting: false,
    deletable: object.deletable,
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: !object.setup,
    mergeable: object.fields.has('masterrecordid'),
    mruEnabled: !object.setup,
    name: object.name,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    searchable: !object.setup,
    triggerable: !object.setup,
    undeletable: !object.setup,
    updateable: object.updateable,
    urls: { sobject: base, describe: `${base}/describe`, rowTemplate: `${base}/{ID}` },
  };
}

function describeField(call: Call, object: ObjectType, field: Field): Record<string, unknown> {
  const canEdit = call.org.access.canEdit(call.userId, object, field);
  const isText = SOAP_TYPES[field.type] === undefined;
  return {
    aggregatable: field.filterable,
    autoNumber: false,
    byteLength: isText || field.type === 'id' || field.type === 'reference' ? field.length * (isText ? 3 : 1) : 0,
    calculated: field.calculated,
    calculatedFormula: null,
    caseSensitive: false,
    compoundFieldName: null,
    controllerName: null,
    createable: object.createable && field.createable && canEdit,
    custom: field.custom,
    defaultValue: field.defaultValue,
    defaultedOnCreate: field.defaultedOnCreate,
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? 9 : 0,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: field.type === 'textarea' ? 'plaintextarea' : null,
    filterable: field.filterable,
    groupable: field.filterable && !isNumeric(field),
    htmlFormatted: false,
    idLookup: field.idLookup,
    inlineHelpText: null,
    label: field.label,
    length: field.length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.nameField,
    namePointing: field.referenceTo.length > 1,
    nillable: field.nillable,
    permissionable: field.custom && field.nillable,
    picklistValues: field.picklistValues.map((choice) => ({
      active: true,
      defaultValue: choice.defaultValue,
      label: choice.label,
      validFor: null,
      value: choice.value,
    })),
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision: field.precision,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    relationshipOrder: null,
    restrictedPicklist: field.restrictedPicklist,
    scale: field.scale,
    soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
    sortable: field.sortable,
    type: field.type,
    unique: field.unique,
    updateable: object.updateable && field.updateable && canEdit,
    writeRequiresMasterRead: false,
  };
}
