import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readTable } from '../../../cli/read-table.ts';
import { cell } from '../format.ts';
import { section } from '../section.ts';

interface DataFile {
  file: string;
  what: string;
  from: string;
  rows: number;
  sha256: string;
}

const FILES: readonly Pick<DataFile, 'file' | 'what' | 'from'>[] = [
  {
    file: 'cdnow_sample.csv',
    what: 'orders of a tenth of CDNOW’s customers of early 1997',
    from: 'brucehardie.com, by way of CamDavidsonPilon/lifetimes',
  },
  {
    file: 'online_retail_customer_day_with_cancel.csv.gz',
    what: 'a wholesaler’s orders and cancellations by customer and day',
    from: 'UCI 352, CC BY 4.0',
  },
  { file: 'telco_churn.csv', what: 'a phone company’s customers and who left', from: 'IBM sample data' },
  { file: 'iranian_churn.csv', what: 'a phone company’s customers and who left', from: 'UCI 563, CC BY 4.0' },
  {
    file: 'online_shoppers_intention.csv',
    what: 'web sessions and which ended in a purchase',
    from: 'UCI 468, CC BY 4.0',
  },
  {
    file: 'completejourney_household_day.csv.gz',
    what: 'a grocer’s households by day',
    from: 'bradleyboehmke/completejourney, CC0',
  },
  {
    file: 'hillstrom.csv.gz',
    what: 'a randomised e-mail trial',
    from: 'MineThatData, by way of carlosquintanillaa/Datasets',
  },
  {
    file: 'rossi.csv',
    what: 'released prisoners and when they were arrested again',
    from: 'CamDavidsonPilon/lifelines, MIT',
  },
  { file: 'waltons.csv', what: 'lifetimes of two groups of flies', from: 'CamDavidsonPilon/lifelines, MIT' },
];

/** Data: which files, from where, of how many rows, and their fingerprints. */
export const dataSection = section<{ files: readonly DataFile[] }>({
  id: 'data',
  title: 'Data',
  files: FILES.map(({ file }) => file),
  measure: async ({ file: pathOf }) => ({
    files: await Promise.all(
      FILES.map(async ({ file, what, from }) => ({
        file,
        what,
        from,
        rows: (await readTable(pathOf(file))).rows.length,
        sha256: createHash('sha256')
          .update(await readFile(pathOf(file)))
          .digest('hex')
          .slice(0, 12),
      })),
    ),
  }),
  tables: ({ files }) => ({
    files: {
      header: ['file', 'what', 'from', 'rows', 'SHA-256 begins'],
      rows: files.map(({ file, what, from, rows, sha256 }) => [
        `\`${file}\``,
        what,
        from,
        cell(rows, 'whole'),
        `\`${sha256}\``,
      ]),
    },
  }),
});
