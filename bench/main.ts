import { benchAllocation } from './allocation.ts';
import { benchApi } from './api.ts';
import { benchBtyd } from './btyd.ts';
import { benchChurn } from './churn.ts';
import { benchConsole } from './console.ts';
import { benchEvents } from './events.ts';
import { benchIngest } from './ingest.ts';
import { benchLive } from './live.ts';
import { benchLoad } from './load.ts';
import { benchNightly } from './nightly.ts';
import { benchPipeline } from './pipeline.ts';
import { benchTrees } from './trees.ts';

type Bench = (args: readonly string[]) => Promise<void>;

/** The benchmarks by name; each prints its own figures. */
const BENCHES: Readonly<Record<string, Bench | readonly Bench[]>> = {
  btyd: benchBtyd,
  pipeline: benchPipeline,
  live: benchLive,
  events: benchEvents,
  ingest: benchIngest,
  nightly: benchNightly,
  latency: [benchEvents, benchApi, benchLive],
  load: benchLoad,
  api: benchApi,
  trees: benchTrees,
  churn: benchChurn,
  allocation: benchAllocation,
  console: benchConsole,
};

const HELP = `Benchmarks: npm run bench [-- NAME [ARGUMENTS]]

  btyd [--small]             transaction models: fits beside SciPy (skipped where there is none), predictions for 1,000,000
                             customers, a fit of 10,000,000 on a day grid
  pipeline [CUSTOMERS ...]   sync, train, score and write-back against the sandbox: rows a second, share of each step,
                             peak memory (default: 10000)
  live                       from an order by webhook to the changed field on the record: p50, p95, max
  events                     from a stored event to the stored score at 50 a second, alone and with a batch running: p50, p95, p99
  latency                    what somebody waits for: events, api and live one after another
  ingest                     signed HubSpot deliveries a second, on disk in PostgreSQL before the answer, beside a bare handler that
                             only verifies them; with 1, 2 and 4 workers reading
  nightly [--customers N]    the nightly run over 1,000,000 customers on PostgreSQL of whom 1 % bought, with 1, 2 and 4 workers: seconds,
                             memory, share of each step; and with .1 % and nobody
  load [--scale SHARE]       the first load of 1,000,000 contacts and 3,000,000 orders from HubSpot into PostgreSQL, within its
                             limits at ten times the speed of time: records a second, memory
  api                        a customer read, a what-if and 100 rows scored, one at a time, warm: p50, p95, max
  trees [--full]             gradient boosting, scoring and TreeSHAP beside XGBoost (skipped where there is none: Debian's
                             python3-xgboost), CPU ratios paired run by run; --full adds 500,000 rows
  churn                      churn models beside scikit-learn and XGBoost on the same folds (skipped where there is no
                             data; Debian's python3-sklearn, python3-xgboost, python3-pandas)
  allocation                 plans for 500 owners and 50,000 customers: seconds, gap to the bound, greedy and proportional beside
  console                    the console over 100,000 customers, in the browser: until a page is there, from a click to its rows, the
                             longest task while scrolling; by the clock, and of the processor

Example:
  npm run bench -- pipeline 10000 100000
  npm run bench -- pipeline 10000 --json`;

const [name, ...args] = process.argv.slice(2);
if (name === '--help' || name === '-h') {
  console.log(HELP);
} else {
  const chosen = name === undefined ? new Set(Object.values(BENCHES).flat()) : [BENCHES[name]].flat();
  for (const bench of chosen) {
    if (!bench) {
      console.error(`There is no benchmark "${name}".\n\n${HELP}`);
      process.exit(1);
    }
    await bench(args);
  }
}
