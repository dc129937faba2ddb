/**
 * Glossary
 *
 * - **source record**: one contact, account, transaction or event as a CRM knows it; keyed by (connection, kind, external id).
 * - **customer**: one person (or account) after identity has joined the source records that are the same.
 * - **connection**: one installed vendor account; its id appears in webhook addresses and source keys.
 * - **stream**: what is pulled in one sequence of pages: contacts, accounts, transactions, engagement.
 * - **purchase day**: all orders of a customer on one calendar day of the workspace's time zone, merged.
 * - **frequency (x)**, **recency (t_x)**, **T**: repeat purchase days; weeks from the first to the last; weeks from the first to asOf.
 * - **as-of day**: the last calendar day whose facts may be used, inclusive.
 * - **score**: value, churn and engagement of one customer on one as-of day, with bands and reasons.
 * - **dead-band**: how far a number must move before it is written again.
 * - **crossing**: a customer entering a band or a cell that a playbook watches.
 * - **quarantine**: where a record waits that could not be read or written, with what to do about it.
 */
export * from './actions.ts';
export * from './calendar-day.ts';
export * from './errors.ts';
export * from './exchange-rates.ts';
export * from './fields.ts';
export * from './json.ts';
export * from './money.ts';
export * from './records.ts';
export * from './stable-json.ts';
