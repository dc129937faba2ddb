import type { ContactRecord } from '../domain/records.ts';
import type { Sql } from '../ports/database.ts';
import { contactFindings } from '../quality/contact-rules.ts';
import { missingFindings } from '../quality/judge-facts.ts';
import { countIn, emptyFields } from '../quality/missing-fields.ts';
import { schemaFinding } from '../quality/record-schemas.ts';
import { loadsOf } from '../quality/watch.ts';
import type { ContactRow } from './identity-keys.ts';
import { type JudgedKey, keepConnectionFindings, knownFindings, replaceFindings } from './quality-findings.ts';
import { keepWatch, readWatches } from './quality-watches.ts';

/** Asks the rules of contacts about pending ones, and counts their empty fields. All are kept: a rule only warns of a contact. */
export async function judgeContacts(sql: Sql, batch: readonly ContactRow[], now: Date): Promise<void> {
  const keyOf = (row: ContactRow): JudgedKey => ({
    connectionId: row.connection_id,
    kind: 'contact',
    externalId: row.external_id,
  });
  const known = await knownFindings(sql, batch.map(keyOf));
  await replaceFindings(
    sql,
    batch.map((row) => ({
      ...keyOf(row),
      contactExternalId: row.external_id,
      findings: row.deleted ? [] : findingsOf(row.payload),
    })),
    { rules: (rule) => rule !== 'email-crowd', known, now },
  );
  const whole = batch.filter((row) => !row.deleted && emptyFields(row.payload) !== null);
  const watches = await readWatches(sql, [...new Set(whole.map((row) => row.connection_id))]);
  for (const [connectionId, watch] of watches) {
    const found = whole
      .filter((row) => row.connection_id === connectionId)
      .flatMap(({ payload }) => {
        const fields = emptyFields(payload);
        const jumps = fields && countIn(loadsOf(watch, 'contact'), fields);
        return fields && jumps ? missingFindings('contact', Object.keys(fields), jumps) : [];
      });
    await keepConnectionFindings(sql, connectionId, found, { now });
    await keepWatch(sql, connectionId, watch);
  }
}

function findingsOf(contact: ContactRecord) {
  const unsound = schemaFinding(contact);
  return [...(unsound ? [unsound] : []), ...contactFindings(contact)];
}
