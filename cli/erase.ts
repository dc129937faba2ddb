import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { type OpenWorkspace, openWorkspace } from '../config/wiring.ts';
import { DataError } from '../core/domain/errors.ts';
import { erasePerson } from '../core/pipeline/erase-person.ts';
import type { Receipt } from '../core/privacy/receipt.ts';
import { verifyReceipt } from '../core/privacy/receipt.ts';
import { signingKeys } from '../core/store/erasures.ts';
import { findCustomer, keyHashesOf } from '../core/store/find-customer.ts';
import { identify } from '../core/store/identity.ts';
import { findPerson } from '../core/store/person.ts';
import { countsOf } from '../core/store/read-person.ts';
import { lift, tombstoneHasher } from '../core/store/tombstones.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table, tell } from './output.ts';
import { example } from './steps.ts';

interface EraseOptions extends WorkspaceOptions {
  customer?: string;
  email?: string;
  dryRun?: boolean;
  out?: string;
  verify?: string;
  readmit?: boolean;
}

/** `staypower erase CUSTOMER` */
export function eraseCommand(): Command {
  const command = workspaceOptions(
    new Command('erase')
      .description(
        'Remove a person from the store and clear our fields on their records, for good, with a signed receipt. The contact itself stays in the CRM.',
      )
      .argument('[customer]', 'e-mail address, customer id, user id or record id'),
  )
    .option('--customer <id>', 'the same as the argument')
    .option('--email <address>', 'the same, by e-mail address')
    .option('--dry-run', 'show what would be removed, remove nothing')
    .option('--out <file>', 'where to write the receipt (default: erasure-ID.json)')
    .option('--verify <receipt>', 'check a receipt, and whether it is about the person named')
    .option('--readmit', 'let a person who was erased come back with the next change of their record')
    .action(async (argument: string | undefined, options: EraseOptions) => {
      const who = argument ?? options.customer ?? options.email ?? null;
      const context = await commandContext(options);
      const withConnectors = options.verify === undefined && options.readmit !== true && options.dryRun !== true;
      const open = await openWorkspace(context.config, context, { withConnectors });
      try {
        if (options.verify !== undefined) return await check(open, options.verify, who, context.json);
        if (who === null) throw nobody('an e-mail address, customer id, user id or record id');
        if (options.readmit === true) return await readmit(open, who, context.json);
        // Who landed and was not recognised yet is found, too.
        const { database, name, clock } = open.workspace;
        await identify(database, { workspace: name, now: () => clock.now() });
        const customerId = await findCustomer(database, who);
        const person = customerId === null ? null : await findPerson(database, customerId);
        if (!person) throw nobody(`a customer of workspace "${name}"`);
        if (options.dryRun === true) {
          const counts = await countsOf(database, person);
          if (context.json) return printJson({ dryRun: true, customerId: person.customerId, rows: counts });
          print(`Customer ${person.customerId} would be removed:`, table(['table', 'rows'], Object.entries(counts)));
          return;
        }
        await eraseNow(open, person.customerId, options.out, context.json);
      } finally {
        await open.close();
      }
    });
  return example(command, 'staypower erase ada.byron@example.com');
}

async function eraseNow(
  { workspace }: OpenWorkspace,
  customerId: string,
  out: string | undefined,
  json: boolean,
): Promise<void> {
  const erased = await erasePerson(workspace, customerId, (connectionId, error) =>
    tell(`${connectionId}: ${error.message}`),
  );
  if (erased === null) throw nobody(`a customer of workspace "${workspace.name}"`);
  const { erasureId, receipt } = erased;
  if (receipt === null) {
    process.exitCode = 1;
    if (json) return printJson({ erasureId, receipt: null });
    return print(
      'The store is clean. A vendor has not confirmed that our fields are cleared: the next "staypower run" goes on with it,',
      `then "staypower erasures --receipt ${erasureId}" has the receipt.`,
    );
  }
  const path = resolve(out ?? `erasure-${erasureId}.json`);
  await writeFile(path, `${JSON.stringify(receipt, null, 2)}\n`, { mode: 0o600 });
  if (json) printJson({ erasureId, file: path, receipt });
  else print(...summaryOf(receipt), `Receipt: ${path}`);
}

function summaryOf(receipt: Receipt): readonly string[] {
  const rows = Object.values(receipt.removed).reduce((sum, count) => sum + count, 0);
  return [
    `Erased: ${rows} rows in ${Object.keys(receipt.removed).length} tables, ${receipt.messagesEmptied} messages emptied.`,
    ...receipt.vendors.map(
      ({ connectionId, cleared, forgotten, refused }) =>
        `${connectionId}: fields cleared on ${cleared} records${forgotten === 0 ? '' : `, ${forgotten} to be deleted and suppressed`}${refused.length === 0 ? '' : `; refused: ${refused.join(', ')}`}.`,
    ),
    ...(receipt.modelsToReplace.length === 0 ? [] : ['The next run that may train replaces the model.']),
  ];
}

/** A receipt is good when it is unchanged, ours, and about the person named. */
async function check({ workspace }: OpenWorkspace, file: string, who: string | null, json: boolean): Promise<void> {
  const { database } = workspace;
  const receipt = verifyReceipt(await readReceipt(file), (await signingKeys(database)).publicKey);
  if (who !== null) {
    const hasher = await tombstoneHasher(database);
    const hashes = keyHashesOf(who).map((hash) => hasher.identityKey(hash));
    if (!hashes.some((hash) => receipt.subject.includes(hash))) {
      throw new DataError({
        field: 'receipt',
        expected: 'to be about the person named',
        remedy: 'name the person by the e-mail address or user id that was on record',
      });
    }
  }
  if (json) return printJson({ valid: true, erasureId: receipt.erasureId, erasedAt: receipt.erasedAt });
  print(`The receipt is unchanged and signed by this workspace. Erased at ${receipt.erasedAt}.`, ...summaryOf(receipt));
}

async function readReceipt(file: string): Promise<string> {
  try {
    return await readFile(resolve(file), 'utf8');
  } catch {
    throw new DataError({
      field: 'receipt',
      expected: 'a file that can be read',
      found: file,
      remedy: 'check its path',
    });
  }
}

async function readmit({ workspace }: OpenWorkspace, who: string, json: boolean): Promise<void> {
  const { database } = workspace;
  const lifted = await database.transaction(async (sql) => {
    const hasher = await tombstoneHasher(sql);
    return lift(
      sql,
      keyHashesOf(who).map((hash) => hasher.identityKey(hash)),
    );
  });
  if (lifted === 0) throw nobody('somebody who was erased');
  if (json) printJson({ readmitted: lifted });
  else print('The person may come back: their record is taken up with its next change at the vendor.');
}

function nobody(expected: string): DataError {
  return new DataError({
    field: 'customer',
    expected,
    remedy: 'check the spelling and --workspace; "staypower erase --help" shows an example',
  });
}
