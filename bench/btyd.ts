import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beta, gamma, seededRandom } from '../core/math/random.ts';
import { bgNbd } from '../core/models/clv/beta-geometric.ts';
import { paretoNbd } from '../core/models/clv/pareto-nbd.ts';
import type { TransactionModelFamily } from '../core/models/clv/transaction-model.ts';
import { type TransactionTable, transactionTableOfDays } from '../core/models/clv/transaction-table.ts';

/** Customers of the full CDNOW data set. */
const CUSTOMERS = 23_570;
/** The best of these counts: other work on the machine only ever makes a run longer. */
const REPEATS = 15;

interface PeerFit {
  seconds: number;
  logLikelihood: number;
  evaluations: number;
}

/**
 * Transaction models: fits beside SciPy on 23,570 simulated customers, predictions for 1,000,000, a fit of 10,000,000 on a day grid.
 *
 * @param args `--json` for one line of JSON; `--small` leaves the 10,000,000 out
 */
export async function benchBtyd(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const say = (line: string) => {
    if (!json) console.log(line);
  };
  const cohort = simulateDays({ customers: CUSTOMERS, seed: 1, agesDays: [189, 273] });
  const table = transactionTableOfDays(cohort);
  say(
    `${CUSTOMERS.toLocaleString('en')} customers from the CDNOW sample's parameters: ${table.weight.length} distinct rows`,
  );
  const ours = { 'bg-nbd': bestFit(bgNbd, table), 'pareto-nbd': bestFit(paretoNbd, table) };
  const peer = askScipy(table);
  for (const name of ['bg-nbd', 'pareto-nbd'] as const) {
    const { seconds, logLikelihood } = ours[name];
    say(`${name}: ${ms(seconds)} (log-likelihood ${logLikelihood.toFixed(3)}, three starts)`);
    if ('skipped' in peer) continue;
    for (const [label, fit] of Object.entries(peer.fits).filter(([label]) => label.startsWith(name))) {
      say(
        `  SciPy's ${label}: ${ms(fit.seconds)} (${fit.logLikelihood.toFixed(3)}, one start, ${fit.evaluations} evaluations): ours takes ${(seconds / fit.seconds).toFixed(3)} of it`,
      );
    }
  }
  if ('skipped' in peer) say(`SciPy skipped: ${peer.skipped}`);
  const predictions = predictMillion();
  for (const { name, seconds, processorSeconds } of predictions)
    say(
      `${name}: expected purchases and P(alive) of 1,000,000 customers in ${ms(seconds)} (${ms(processorSeconds)} of processor)`,
    );
  const large = args.includes('--small') ? null : fitTenMillion();
  if (large) {
    say(
      `10,000,000 customers on a day grid over 104 weeks: ${large.distinctRows.toLocaleString('en')} distinct rows; grouped in ${ms(large.groupSeconds)}, BG/NBD fitted in ${ms(large.fitSeconds)}; peak memory ${large.peakMb} MB`,
    );
  }
  if (json)
    console.log(
      JSON.stringify({ customers: CUSTOMERS, distinctRows: table.weight.length, ours, peer, predictions, large }),
    );
}

function bestFit(family: TransactionModelFamily, table: TransactionTable) {
  let seconds = Number.POSITIVE_INFINITY;
  let logLikelihood = 0;
  for (let i = 0; i < REPEATS; i += 1) {
    const start = performance.now();
    logLikelihood = family.fitTable(table, {}).diagnostics.logLikelihood ?? 0;
    seconds = Math.min(seconds, (performance.now() - start) / 1_000);
  }
  return { seconds, logLikelihood };
}

/** The same table fitted by SciPy; a reason where there is none on this machine. */
function askScipy(table: TransactionTable): { fits: Record<string, PeerFit> } | { skipped: string } {
  const column = (index: Uint32Array) => Array.from(index, (i) => table.weeks[i] as number);
  const input = JSON.stringify({
    x: [...table.frequency],
    tx: column(table.recency),
    T: column(table.age),
    weight: [...table.weight],
    repeats: REPEATS,
  });
  const script = join(import.meta.dirname, 'btyd-peer.py');
  // One thread on both sides.
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const run = spawnSync('python3', [script], { input, env, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (run.error) return { skipped: `python3 cannot be started (${run.error.message})` };
  if (run.status !== 0) {
    return {
      skipped: `python3 with SciPy is needed (apt-get install python3-scipy): ${run.stderr.trim().split('\n').at(-1)}`,
    };
  }
  return { fits: JSON.parse(run.stdout) as Record<string, PeerFit> };
}

function predictMillion(): readonly { name: string; seconds: number; processorSeconds: number }[] {
  const book = simulateDays({ customers: 1_000_000, seed: 2, agesDays: [1, 728] });
  const rows = Array.from({ length: 1_000_000 }, (_, i) => ({
    frequency: book.frequency[i] as number,
    recencyWeeks: (book.recencyDays[i] as number) / 7,
    ageWeeks: (book.ageDays[i] as number) / 7,
  }));
  const small = transactionTableOfDays(simulateDays({ customers: CUSTOMERS, seed: 1, agesDays: [189, 273] }));
  return [bgNbd, paretoNbd].map((family: TransactionModelFamily) => {
    const model = family.fitTable(small, {});
    const start = performance.now();
    const before = process.cpuUsage();
    let sum = 0;
    const alive = model.predict(rows);
    for (const row of rows) sum += model.expectedPurchases(row, 52);
    const seconds = (performance.now() - start) / 1_000;
    if (!Number.isFinite(sum + (alive[0]?.probabilityAlive ?? 0)))
      throw new Error(`${family.name} predicted no number`);
    const used = process.cpuUsage(before);
    return { name: family.name, seconds, processorSeconds: (used.user + used.system) / 1e6 };
  });
}

function fitTenMillion() {
  const book = simulateDays({ customers: 10_000_000, seed: 3, agesDays: [1, 728] });
  const start = performance.now();
  const table = transactionTableOfDays(book);
  const grouped = performance.now();
  bgNbd.fitTable(table, {});
  return {
    distinctRows: table.weight.length,
    groupSeconds: (grouped - start) / 1_000,
    fitSeconds: (performance.now() - grouped) / 1_000,
    peakMb: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
}

/** Customers of a BG/NBD book in whole days, as columns: ages evenly between two numbers of days. */
function simulateDays(options: { customers: number; seed: number; agesDays: readonly [number, number] }) {
  const random = seededRandom(options.seed);
  const [least, most] = options.agesDays;
  const frequency = new Uint16Array(options.customers);
  const recencyDays = new Uint16Array(options.customers);
  const ageDays = new Uint16Array(options.customers);
  for (let i = 0; i < options.customers; i += 1) {
    const age = least + Math.floor(random.next() * (most - least + 1));
    const perDay = gamma(random, 0.2426) / 4.4136 / 7;
    const dropout = beta(random, 0.7929, 2.4259);
    let [x, last] = [0, 0];
    for (let at = 0; ; ) {
      at -= Math.log(1 - random.next()) / perDay;
      const day = Math.ceil(at);
      if (!(day <= age)) break;
      if (day > last) {
        x += 1;
        last = day;
      }
      if (random.next() < dropout) break;
    }
    frequency[i] = x;
    recencyDays[i] = last;
    ageDays[i] = age;
  }
  return { frequency, recencyDays, ageDays };
}

function ms(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1_000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}
