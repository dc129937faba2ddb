import { createFaults, type Faults } from './faults.ts';
import { openJournal } from './journal.ts';
import { seeded } from './random.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import type { Kernel, SandboxOptions, Table } from './types.ts';

/** The kernel with what only the sandbox itself uses. */
export interface FullKernel extends Kernel {
  readonly faults: Faults;
  readonly log: RequestLog;
  /** True when an earlier run left its state. */
  readonly resumed: boolean;
  setClock(at: Date | null): void;
  /** Puts buffered changes on disk; called before a reply leaves. */
  flush(): void;
  counts(): Readonly<Record<string, number>>;
  close(): void;
}

/** Builds the kernel and brings back the state of an earlier run, if there is one. */
export function createKernel(options: Pick<SandboxOptions, 'stateDir' | 'seed'>): FullKernel {
  const journal = openJournal(options.stateDir);
  const resumed = journal.replayed > 0;
  const stores = new Map<string, Map<string, unknown>>();
  const store = (name: string) => {
    let rows = stores.get(name);
    if (!rows) {
      rows = new Map();
      stores.set(name, rows);
    }
    return rows;
  };
  const compacting = journal.wantsCompacting;
  journal.replay(({ table, id, row }) => {
    if (row === undefined) store(table).delete(id);
    else store(table).set(id, row);
  });
  if (compacting) journal.compact(entriesOf(stores));

  const random = seeded(options.seed);
  const faults = createFaults();
  let clock: Date | null = null;
  const table = <Row>(name: string): Table<Row> => {
    const rows = store(name) as Map<string, Row>;
    return {
      get: (id) => rows.get(id),
      set: (id, row) => {
        rows.set(id, row);
        journal.add({ table: name, id, row });
      },
      delete: (id) => {
        if (rows.delete(id)) journal.add({ table: name, id });
      },
      ids: () => rows.keys(),
      values: () => rows.values(),
      get size() {
        return rows.size;
      },
    };
  };
  const sequences = table<number>('kernel.sequences');
  return {
    now: () => clock ?? new Date(),
    random,
    table,
    nextNumber: (sequence) => {
      const next = (sequences.get(sequence) ?? 0) + 1;
      sequences.set(sequence, next);
      return next;
    },
    rowFault: (vendor, method, pathWithQuery) => faults.hit(vendor, method, pathWithQuery, true),
    faults,
    log: createRequestLog(),
    resumed,
    setClock: (at) => {
      clock = at;
    },
    flush: () => journal.flush(),
    counts: () => Object.fromEntries([...stores].map(([name, rows]) => [name, rows.size])),
    close: () => {
      journal.flush();
      journal.close();
    },
  };
}

function* entriesOf(stores: ReadonlyMap<string, ReadonlyMap<string, unknown>>) {
  for (const [table, rows] of stores) for (const [id, row] of rows) yield { table, id, row };
}
