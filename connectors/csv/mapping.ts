import { DataError } from '../../core/domain/errors.ts';
import { formatMoney, parseMoney } from '../../core/domain/money.ts';
import type { AccountRecord, ContactRecord, ContractRecord, TransactionRecord } from '../../core/domain/records.ts';
import { hashOf } from '../../core/domain/stable-json.ts';
import type { Occurrences } from './occurrences.ts';
import type { Row } from './read-rows.ts';
import { amountOf, currencyOf, dateOf, fault, kindOf, signedOf } from './values.ts';

/** The customer of a row, and the account it names. Throws DataError naming the row and the column. */
export function toContact(row: Row): { contact: ContactRecord; account: AccountRecord | null } {
  const { contact, account } = customerOf(row);
  const createdAt = row.cell('createdAt');
  return {
    contact: {
      ...contact,
      createdAt: createdAt === '' ? null : dateOf(createdAt, row.place('createdAt')),
      partial: false,
    },
    account,
  };
}

/** The term of a contract that a row says, as far as its columns go; none where all are empty. Throws DataError as above. */
export function toContract(row: Row): readonly ContractRecord[] {
  const day = (column: 'contractStart' | 'contractEnd' | 'cancelledOn') => {
    const text = row.cell(column);
    return text === '' ? null : dateOf(text, row.place(column));
  };
  const [startsOn, endsOn, cancelledOn] = [day('contractStart'), day('contractEnd'), day('cancelledOn')];
  if (startsOn === null && endsOn === null && cancelledOn === null) return [];
  if (startsOn === null)
    throw fault(row.place('contractStart'), 'the first day of the contract', '', 'fill it in beside its end or notice');
  if (endsOn !== null && endsOn.slice(0, 10) < startsOn.slice(0, 10))
    throw fault(row.place('contractEnd'), `a day on or after the start ${startsOn}`, endsOn, 'correct one of the two');
  const contactExternalId = row.cell('customerId');
  const worth = row.cell('contractAnnualValue');
  const annualValue =
    worth === ''
      ? null
      : {
          amount: amountOf(worth, row.place('contractAnnualValue'), { takenBack: false }),
          currency: row.cell('currency') || null,
        };
  return [
    {
      kind: 'contract',
      externalId: `${contactExternalId}@${startsOn.slice(0, 10)}`,
      contactExternalId,
      startsOn,
      endsOn,
      cancelledOn,
      // A line for each term: its end was agreed when it began.
      endKnownOn: startsOn,
      ...(annualValue && { annualValue }),
    },
  ];
}

/**
 * The transaction of a row, with the customer it implies. An order is known by its number where there is one; another row by what it
 * says, and the how manieth it is of equal ones: the same file read again gives the same ids.
 *
 * @param seen of this reading of the file, from its first row on
 * @throws DataError naming the row and the column
 */
export function toTransaction(
  row: Row,
  seen: Occurrences,
  workspaceCurrency: string,
): { contact: ContactRecord; account: AccountRecord | null; transaction: TransactionRecord } {
  const { contact, account } = customerOf(row);
  const kind = kindOf(row.cell('kind'), row.place('kind'));
  const occurredAt = dateOf(row.cell('date'), row.place('date'));
  const currency = currencyOf(row.cell('currency') || workspaceCurrency, row.place('currency'));
  const written = row.cell('amount');
  const whole = kind !== 'order' && written === '';
  const amount = whole
    ? null
    : formatMoney(parseMoney(amountOf(written, row.place('amount'), { takenBack: kind !== 'order' }), currency));
  const orderId = row.cell('orderId') || null;
  const margin = row.cell('margin');
  return {
    contact,
    account,
    transaction: {
      kind: 'transaction',
      externalId: idOf(row, seen, { kind, orderId, said: [contact.externalId, occurredAt, amount, currency] }),
      transactionKind: kind,
      occurredAt,
      amount,
      currency,
      contactExternalId: contact.externalId,
      accountExternalId: contact.accountExternalId,
      orderReference: kind === 'order' ? orderId : null,
      // Many exports repeat the order's own number on the line of its refund.
      refersTo: kind === 'order' ? null : row.cell('refersTo') || orderId,
      ...(kind === 'order' && margin !== '' && { margin: { amount: signedOf(margin, row.place('margin')) } }),
    },
  };
}

function idOf(
  row: Row,
  seen: Occurrences,
  { kind, orderId, said }: { kind: string; orderId: string | null; said: readonly unknown[] },
): string {
  if (kind === 'order' && orderId !== null) {
    if (seen.next(`order ${orderId}`) === 0) return orderId;
    throw fault(
      row.place('orderId'),
      'each order once',
      orderId,
      'add up the lines of an order to one row, or map "orderId" to a column that differs',
    );
  }
  const key = JSON.stringify([kind, orderId, row.cell('refersTo'), ...said]);
  return `row:${hashOf([key, seen.next(key)])}`;
}

/** What any row says of its customer: partial, as a file of orders knows little. */
function customerOf(row: Row): { contact: ContactRecord; account: AccountRecord | null } {
  const id = row.cell('customerId');
  if (id === '')
    throw fault(row.place('customerId'), 'the customer’s id', id, 'fill it in, or take the row out of the file');
  const email = row.cell('email');
  const account = row.cell('account') || null;
  return {
    contact: {
      kind: 'contact',
      externalId: id,
      emails: email === '' ? [] : [email],
      userIds: [id],
      anonymousIds: [],
      phone: row.cell('phone') || null,
      name: row.cell('name') || null,
      accountExternalId: account,
      ownerId: row.cell('owner') || null,
      doNotContact: false,
      createdAt: null,
      partial: true,
    },
    account: account === null ? null : { kind: 'account', externalId: account, name: account, ownerId: null },
  };
}

/** The DataError in what was thrown; anything else goes on its way. */
export function dataError(error: unknown): DataError {
  if (error instanceof DataError) return error;
  throw error;
}
