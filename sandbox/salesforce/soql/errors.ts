import { SalesforceError } from '../errors.ts';

/** An error that points into the query the way Salesforce does: fragment, caret, `ERROR at Row:1:Column:n`, message. */
export function queryError(soql: string, position: number, errorCode: string, message: string): SalesforceError {
  const line = soql.replace(/\s/g, ' ');
  const from = Math.max(0, position - 40);
  const fragment = line.slice(from, position + 40);
  const caret = `${' '.repeat(position - from)}^`;
  return new SalesforceError(
    400,
    errorCode,
    `\n${fragment}\n${caret}\nERROR at Row:1:Column:${position + 1}\n${message}`,
  );
}

/** 400 MALFORMED_QUERY. */
export function malformed(soql: string, position: number, message: string): SalesforceError {
  return queryError(soql, position, 'MALFORMED_QUERY', message);
}

/** 400 INVALID_FIELD with the vendor's text for a column that does not exist or is hidden from the user. */
export function noSuchColumn(soql: string, position: number, column: string, entity: string): SalesforceError {
  return queryError(
    soql,
    position,
    'INVALID_FIELD',
    `No such column '${column}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

/** 400 INVALID_FIELD for a relationship that does not exist. */
export function noSuchRelationship(soql: string, position: number, name: string): SalesforceError {
  return queryError(
    soql,
    position,
    'INVALID_FIELD',
    `Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

/** 400 INVALID_TYPE for an object that does not exist. */
export function noSuchObject(soql: string, position: number, name: string): SalesforceError {
  return queryError(
    soql,
    position,
    'INVALID_TYPE',
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}
