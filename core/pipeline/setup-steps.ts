import type { Job, JobKind } from '../ports/jobs.ts';
import type { SetupConnection, SetupState, SetupStep } from '../ports/setup.ts';

/** What the steps are told by. */
interface SetupFacts extends Omit<SetupState, 'steps'> {
  /** Fields and actions that wait to be written. */
  outboxWaiting: number;
}

type Told = Omit<SetupStep, 'step'>;
const OPEN: Told = { state: 'open', found: null };

/** How far each step of setting up is, told by the jobs that were done and by what is on record. */
export function setupSteps(facts: SetupFacts): readonly SetupStep[] {
  return [
    { step: 'connect', ...connect(facts) },
    { step: 'check', ...check(facts) },
    { step: 'map', ...map(facts) },
    { step: 'plan', ...provisioned(facts, { dryRun: true }) },
    { step: 'provision', ...provisioned(facts, { dryRun: false }) },
    { step: 'first-load', ...firstLoad(facts) },
    { step: 'shadow', ...shadow(facts) },
    { step: 'turn-on', ...turnOn(facts) },
  ];
}

/** The latest job of a kind; jobs come the newest first. */
function latest<Kind extends JobKind>(
  jobs: readonly Job[],
  kind: Kind,
  is: { connectionId?: string; dryRun?: boolean } = {},
): Extract<Job, { kind: Kind }> | null {
  const found = jobs.find(
    (job) =>
      job.kind === kind &&
      (is.connectionId === undefined || job.connectionId === is.connectionId) &&
      (is.dryRun === undefined || job.dryRun === is.dryRun),
  );
  return (found as Extract<Job, { kind: Kind }> | undefined) ?? null;
}

/** What a job that has no result yet says of its step; null once it has one. */
function underWay(job: Job | null): Told | null {
  if (job === null) return OPEN;
  if (job.state === 'failed') return { state: 'problem', found: job.problem?.message ?? null };
  return job.state === 'done' ? null : { state: 'running', found: null };
}

function connect({ connections }: SetupFacts): Told {
  if (connections.length === 0) return { state: 'open', found: 'No connection is configured yet.' };
  const lost = connections.filter(({ notice }) => notice !== null);
  if (lost.length > 0) return { state: 'problem', found: `To be connected again: ${namesOf(lost)}.` };
  const missing = connections.filter(({ access, account }) => access === 'sign-in' && account === null);
  if (missing.length > 0) return { state: 'open', found: `Not connected yet: ${namesOf(missing)}.` };
  return { state: 'done', found: `${namesOf(connections)}.` };
}

function check({ connections, jobs }: SetupFacts): Told {
  const job = latest(jobs, 'check');
  const result = job?.result;
  if (!result) return underWay(job) ?? OPEN;
  const faulty = result.connections.filter(({ report }) => report.problems.length > 0);
  if (faulty.length > 0) return { state: 'problem', found: `Not ready: ${namesOf(faulty)}.` };
  const isWhole = connections.every(({ connectionId }) =>
    result.connections.some((each) => each.connectionId === connectionId),
  );
  return { state: isWhole ? 'done' : 'again', found: `Ready: ${namesOf(result.connections)}.` };
}

function map({ connections, jobs }: SetupFacts): Told {
  const choosing = connections.filter(({ canMap }) => canMap);
  if (choosing.length === 0) return { state: 'done', found: 'There is nothing to choose.' };
  const each = choosing.map((connection) => ({
    ...connection,
    told: underWay(latest(jobs, 'map', { connectionId: connection.connectionId })),
  }));
  const unsettled =
    each.find(({ told }) => told?.state === 'problem') ?? each.find(({ told }) => told?.state === 'running');
  if (unsettled?.told) return unsettled.told;
  // What was read before is mapped, whoever chose it.
  const open = each.filter(({ told, mappingVersion }) => told !== null && mappingVersion === null);
  if (open.length > 0) return { state: 'open', found: `To be chosen: ${namesOf(open)}.` };
  return {
    state: 'done',
    found: `${each.map(({ connectionId, mappingVersion }) => `${connectionId} version ${mappingVersion ?? 1}`).join(', ')}.`,
  };
}

function provisioned({ connections, jobs }: SetupFacts, { dryRun }: { dryRun: boolean }): Told {
  if (!connections.some(({ hasFields }) => hasFields)) return { state: 'done', found: 'No vendor here has fields.' };
  const job = latest(jobs, 'provision', { dryRun });
  const result = job?.result;
  if (!result) return underWay(job) ?? OPEN;
  const steps = result.connections.flatMap((connection) => connection.steps);
  const count = (outcome: string) => steps.filter((step) => step.outcome === outcome).length;
  const conflicts = count('conflict');
  if (conflicts > 0) return { state: 'problem', found: `${conflicts} of ${steps.length} are somebody else’s.` };
  const created = count('create');
  const there = `${count('exists')} are there`;
  return { state: 'done', found: `${created} ${dryRun ? 'to be created' : 'created'}, ${there}.` };
}

function firstLoad({ jobs }: SetupFacts): Told {
  const job = latest(jobs, 'first-load');
  const result = job?.result;
  if (!job || !result) return underWay(job) ?? OPEN;
  const { pulled, customers, scored, unavailable } = result;
  if (unavailable.length > 0) return { state: 'problem', found: `Not reached: ${namesOf(unavailable)}.` };
  const found = `${pulled} records new or changed; ${customers} customers, ${scored} with a score.`;
  const mappedSince = jobs.some(({ kind, state, jobId }) => kind === 'map' && state === 'done' && jobId > job.jobId);
  return { state: mappedSince ? 'again' : 'done', found };
}

function shadow(facts: SetupFacts): Told {
  if (!isLoaded(facts)) return OPEN;
  if (!facts.paused?.held) return { state: 'done', found: null };
  return { state: 'open', found: `${facts.outboxWaiting} records and actions wait to be looked at.` };
}

function turnOn({ paused }: SetupFacts): Told {
  if (paused === null) return { state: 'done', found: 'Scores are written, and playbooks act.' };
  return paused.held === null ? { state: 'done', found: 'It is paused for now.' } : OPEN;
}

function isLoaded({ jobs }: SetupFacts): boolean {
  return (latest(jobs, 'first-load')?.result ?? null) !== null;
}

function namesOf(connections: readonly Pick<SetupConnection, 'connectionId'>[]): string {
  return connections.map(({ connectionId }) => connectionId).join(', ');
}
