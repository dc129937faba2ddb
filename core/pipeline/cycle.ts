import type { AlarmCondition } from '../domain/alarm.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import { callsRunOutAt } from '../domain/call-usage.ts';
import { type ExchangeRates, exchangeRates } from '../domain/exchange-rates.ts';
import type { SourceRank } from '../features/settle.ts';
import type { AdviceSource } from '../playbooks/advice.ts';
import type { Playbook } from '../playbooks/schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector, Lane } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { DeliveryReaders } from '../ports/inbox.ts';
import type { ChurnSettings } from '../scores/leaving.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import type { ScoringSettings } from '../scores/settings.ts';
import type { Sentences } from '../scores/words/index.ts';
import { type AlarmTaskOwner, queueAlarmTasks } from '../store/alarms.ts';
import { attribute } from '../store/attribution.ts';
import { keepCallUsage } from '../store/call-usage.ts';
import { placeContracts } from '../store/contracts.ts';
import { identify } from '../store/identity.ts';
import { championAt } from '../store/models.ts';
import { type Pause, readPause } from '../store/pause.ts';
import { readPending } from '../store/pending.ts';
import { reconvert } from '../store/reconvert.ts';
import { type Retention, retentionSchema } from '../store/retention.ts';
import { watchSources } from '../store/watch-sources.ts';
import { act } from './act.ts';
import { currentModel } from './current-model.ts';
import { eraseRequested, finishErasures } from './erase.ts';
import { features } from './features.ts';
import { weeklyReport } from './monitor.ts';
import { takeOpinions } from './opinions.ts';
import { plan } from './plan.ts';
import { pruneDaily } from './prune.ts';
import { pull } from './pull.ts';
import { rollUpAccounts } from './roll-up.ts';
import { score } from './score.ts';
import { watchSyncs } from './watch-syncs.ts';
import { writeBack } from './write-back.ts';

/** Everything the steps need. Connectors are in the order of trust: of one sale in two systems, the first one's is kept. */
export interface Workspace {
  name: string;
  database: Database;
  connectors: readonly Connector[];
  /** How what vendors delivered is taken apart; without them it waits. */
  readers?: DeliveryReaders;
  playbooks: readonly Playbook[];
  /** What advice is given by, for playbooks that carry it out; nothing is advised when absent. */
  advice?: (asOf: CalendarDay) => Promise<AdviceSource | null>;
  timeZone: string;
  /** Reporting currency. */
  currency: string;
  /** Rates into it; none when absent. */
  rates?: ExchangeRates;
  /** What the workspace says about its scores; the usual settings when absent. */
  scoring?: ScoringSettings;
  /** What the workspace calls leaving; the usual settings when absent. */
  churn?: ChurnSettings;
  /** In which language scores speak; English when absent. */
  sentences?: Sentences;
  /** How long what is through is kept; the usual time when absent. */
  retention?: Retention;
  /** Who gets a task for each alarm; nobody when absent. */
  alarmTaskOwner?: AlarmTaskOwner;
  clock: Clock;
}

/** The steps, in order. */
export const STEPS = ['pull', 'identify', 'features', 'train', 'score', 'plan', 'write-back', 'act'] as const;
export type Step = (typeof STEPS)[number];

/** Those by which something leaves, or is chosen to. */
const LEAVING: readonly Step[] = ['plan', 'write-back', 'act'];

/** Told what goes on: `total` is null where it is not known. */
export type OnStep = (progress: { step: Step; detail: string; done: number; total: number | null }) => void;

/** What a cycle did. */
export interface CycleReport {
  pulled: number;
  rejected: number;
  recordsWritten: number;
  fieldsWritten: number;
  tasksOpened: number;
  heldOut: number;
  deferred: number;
  /** Null without one, and where it was not asked for. */
  model: ScoringModel | null;
  /** Connections that could not be reached, and why. */
  unavailable: readonly { connectionId: string; message: string }[];
  /** Set while nothing leaves: nothing was planned, written or done. Null where nothing of it was asked for. */
  paused: Pause | null;
  /** What monitoring found, in sentences: scores that fare worse, inputs that are not as they were, data that went bad. */
  alarms: readonly string[];
  /** What the vendors say of their calls of the day, and when these run out at this rate; null when they last. */
  calls: readonly { connectionId: string; used: number; limit: number; runOutAt: string | null }[];
}

/**
 * One cycle of the product. Live and batch are this same function: every step takes up what is new, dirty or due, so that after
 * one event it is one customer, and after a first pull it is everybody.
 *
 * @param steps which steps to run; a live cycle leaves out `pull` (the inbox is drained by `live`) and `train`
 * @param acceptDefinition trains by the configured definition of leaving, even where it is another one than the champion's
 * @param lane whether somebody waits for what is written; a batch when absent
 * @param onlyTouched look at those customers alone to whom something happened in this cycle: who else is due belongs to a batch
 * @param customerIds whose scores are written back; all that wait when absent or null
 * @param champion how the model is found; read anew when absent
 * @param onScored told whose scores were made, after each commit
 */
export async function cycle(
  workspace: Workspace,
  options: {
    asOf: CalendarDay;
    steps?: readonly Step[];
    retrain?: boolean;
    acceptDefinition?: boolean;
    lane?: Lane;
    onlyTouched?: boolean;
    customerIds?: readonly string[] | null;
    champion?: typeof championAt;
    onScored?: (customerIds: readonly string[]) => void;
    onStep?: OnStep;
  },
): Promise<CycleReport> {
  const { database, connectors, clock } = workspace;
  const { asOf, onStep } = options;
  const runs = (step: Step) => (options.steps ?? STEPS).includes(step);
  const tell = (step: Step) => (done: number) => onStep?.({ step, detail: '', done, total: null });
  const unavailable: { connectionId: string; message: string }[] = [];
  const onUnavailable = (connectionId: string, error: Error) =>
    unavailable.push({ connectionId, message: error.message });
  const rank = sourceRank(connectors);
  const touched = new Set<string>();
  const onTouched = (customerIds: readonly string[]) => {
    for (const customerId of customerIds) touched.add(customerId);
  };
  const whom = () => (options.onlyTouched ? [...touched] : null);

  const pulled = runs('pull')
    ? await pull(database, connectors, {
        clock,
        ...(workspace.readers && { readers: workspace.readers }),
        onUnavailable,
        onProgress: ({ connectionId, stream, read, total }) =>
          onStep?.({ step: 'pull', detail: `${connectionId} ${stream}`, done: read, total }),
      })
    : { pulled: 0, rejected: 0 };
  if (runs('pull')) await watchSyncs(database, connectors, { unavailable, clock });
  if (runs('identify')) {
    const { timeZone } = workspace;
    const now = () => clock.now();
    const pending = await readPending(database);
    if (pending.erasures) await eraseRequested(database, { workspace: workspace.name, connectors, clock });
    // Whoever is erased leaves contacts to be looked at, and contacts that are resolved leave their contracts.
    const hasContacts = pending.erasures || pending.contacts;
    if (hasContacts) {
      await identify(database, { workspace: workspace.name, now, onProgress: tell('identify'), onTouched });
    }
    const rates = workspace.rates ?? exchangeRates(workspace.currency, []);
    await reconvert(database, rates);
    await attribute(database, { timeZone, rates, now, onProgress: tell('identify'), onTouched });
    if (hasContacts || pending.contracts) {
      await placeContracts(database, { timeZone, currency: rates.reporting, now, onTouched });
    }
  }
  let qualityAlarms: readonly AlarmCondition[] = [];
  // A connection that could not be reached has not stopped: its own message says why.
  if (runs('pull') && runs('identify')) {
    const reached = connectors.filter(
      ({ connectionId }) => !unavailable.some((each) => each.connectionId === connectionId),
    );
    qualityAlarms = await watchSources(
      database,
      reached.map(({ connectionId }) => connectionId),
      { asOf, now: clock.now() },
    );
  }
  // After the contacts that it is about are known.
  if (runs('pull')) await takeOpinions(database, connectors, { timeZone: workspace.timeZone, onUnavailable });
  if (runs('features')) await features(database, { asOf, rank, customerIds: whom(), onProgress: tell('features') });
  const champion = runs('train') || runs('score') ? await (options.champion ?? championAt)(database, asOf) : null;
  const isWhole = unavailable.length === 0;
  // Of outcomes that were not read nothing is said either.
  const watched =
    runs('train') && champion && isWhole ? await weeklyReport(database, { champion, asOf, rank, clock }) : null;
  const model = runs('train')
    ? await currentModel(workspace, {
        asOf,
        champion,
        rank,
        retrain: options.retrain === true,
        acceptDefinition: options.acceptDefinition === true,
        isWhole,
        report: watched,
        onProgress: (detail) => onStep?.({ step: 'train', detail, done: 0, total: null }),
      })
    : champion;
  if (runs('score') && model) {
    await score(database, {
      model,
      asOf,
      playbooks: workspace.playbooks,
      writable: new Map(
        connectors.flatMap(({ connectionId, scores }) =>
          scores ? [[connectionId, (externalId: string) => scores.carries(externalId)]] : [],
        ),
      ),
      clock,
      ...(workspace.sentences && { sentences: workspace.sentences }),
      onProgress: tell('score'),
      customerIds: whom(),
      ...(options.onScored && { onScored: options.onScored }),
    });
  }
  if (runs('score')) {
    const carrying = connectors.filter(({ scores }) => scores?.kinds.includes('account'));
    await rollUpAccounts(database, { carrying: new Set(carrying.map(({ connectionId }) => connectionId)) });
  }
  // While nothing may leave, nothing is planned either: a task planned now would be stale when it may go.
  const paused = LEAVING.some(runs) ? await readPause(database) : null;
  const leaves = (step: Step) => paused === null && runs(step);
  const acting = connectors
    .filter(({ actions }) => actions?.kinds.includes('task'))
    .map(({ connectionId }) => connectionId);
  const planned = leaves('plan')
    ? await plan(database, workspace.playbooks, {
        asOf,
        actingConnections: acting,
        clock,
        timeZone: workspace.timeZone,
        ...(workspace.advice && { advice: () => workspace.advice?.(asOf) ?? Promise.resolve(null) }),
      })
    : { heldOut: 0, deferred: 0 };
  const written = leaves('write-back')
    ? await writeBack(database, connectors, {
        clock,
        customerIds: options.customerIds ?? null,
        lane: options.lane ?? 'batch',
        onProgress: tell('write-back'),
        onUnavailable,
      })
    : { recordsWritten: 0, fieldsWritten: 0, rejected: 0 };
  if (leaves('write-back')) {
    await finishErasures(database, { workspace: workspace.name, connectors, clock, onUnavailable });
  }
  if (leaves('act') && workspace.alarmTaskOwner && acting.includes(workspace.alarmTaskOwner.connection)) {
    await queueAlarmTasks(database, { owner: workspace.alarmTaskOwner, asOf, now: clock.now() });
  }
  const acted = leaves('act')
    ? await act(database, connectors, { clock, onProgress: tell('act'), onUnavailable })
    : { performed: 0, rejected: 0 };
  // Not in a live cycle: somebody waits for that.
  if (runs('pull')) await pruneDaily(database, workspace.retention ?? retentionSchema.parse({}), clock);

  return {
    pulled: pulled.pulled,
    rejected: pulled.rejected + written.rejected + acted.rejected,
    recordsWritten: written.recordsWritten,
    fieldsWritten: written.fieldsWritten,
    tasksOpened: acted.performed,
    heldOut: planned.heldOut,
    deferred: planned.deferred,
    model,
    unavailable,
    paused,
    alarms: [...(watched?.alarms.map(({ message }) => message) ?? []), ...qualityAlarms.map(({ message }) => message)],
    calls: await callsOf(database, connectors),
  };
}

/** Keeps what was seen of each connection's calls, and foresees when they run out. */
async function callsOf(database: Database, connectors: readonly Connector[]): Promise<CycleReport['calls']> {
  const calls: CycleReport['calls'][number][] = [];
  for (const { connectionId, usage } of connectors) {
    const seen = usage();
    if (seen === null) continue;
    const { used, limit } = seen;
    const kept = await keepCallUsage(database, connectionId, seen);
    calls.push({ connectionId, used, limit, runOutAt: callsRunOutAt(kept) });
  }
  return calls;
}

/** Trust by the order of the connections; unknown ones last. */
export function sourceRank(connectors: readonly Pick<Connector, 'connectionId'>[]): SourceRank {
  const order = new Map(connectors.map((connector, index) => [connector.connectionId, index]));
  return (connectionId) => order.get(connectionId) ?? connectors.length;
}
