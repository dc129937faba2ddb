import { z } from 'zod';
import type { OpinionSource, VendorOpinion } from '../../core/ports/opinions.ts';
import { LONGEST_NOTE, VERDICTS } from '../../core/ports/record-cards.ts';
import { instant, text } from './mapping-rows.ts';
import { type Organisation, planOf } from './object-source.ts';
import { readRows, START } from './read-rows.ts';
import { instantOf, type Row } from './soql.ts';

/** Object of the package: one record for each word of a rep on a contact's score. */
export const FEEDBACK_OBJECT = 'Staypower_Feedback__c';

/** What was said in the last minutes is read again: a transaction that took long comes to light with an earlier stamp. */
const OVERLAP_MS = 10 * 60_000;

const cursorSchema = z.object({ since: z.string() });

const feedbackRow = z.object({
  Contact__c: z.string(),
  Verdict__c: z.enum(VERDICTS),
  Note__c: text,
  CreatedById: z.string(),
  CreatedDate: instant,
});

/** Reads what reps said by the buttons of the component. */
export function feedbackSource(organisation: Organisation): OpinionSource {
  const { client, describer, settings } = organisation;
  return {
    read: async function* (cursor) {
      const kept = cursorSchema.safeParse(cursor);
      const since = kept.success ? kept.data.since : null;
      const needed = ['Contact__c', 'Verdict__c', 'Note__c', 'CreatedById', 'CreatedDate'];
      const plan = await planOf(describer, { object: FEEDBACK_OBJECT, needed, optional: [], wanted: null });
      let newest = since ?? '';
      const read = readRows(client, { ...plan, children: null, bulkReadRows: settings.bulkReadRows }, since, START);
      for await (const { rows } of read) {
        for (const row of rows) {
          const stamp = new Date(Date.parse(instantOf(String(row['SystemModstamp']))) - OVERLAP_MS).toISOString();
          if (stamp > newest) newest = stamp;
        }
        if (newest !== '') yield { opinions: rows.flatMap(opinionOf), cursor: { since: newest } };
      }
    },
  };
}

/** Nothing of a record that was deleted, or whose contact is gone. */
function opinionOf(row: Row): readonly VendorOpinion[] {
  const read = feedbackRow.safeParse(row);
  if (!read.success || row['IsDeleted'] === true) return [];
  const { Contact__c, Verdict__c, Note__c, CreatedById, CreatedDate } = read.data;
  return [
    {
      contactExternalId: Contact__c,
      verdict: Verdict__c,
      note: (Note__c ?? '').slice(0, LONGEST_NOTE),
      actor: `salesforce-user:${CreatedById}`,
      givenAt: CreatedDate,
    },
  ];
}
