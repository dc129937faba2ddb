import { describe, expect, it } from 'vitest';
import { setupSteps } from '../../core/pipeline/setup-steps.ts';
import type { Job, JobKind, JobResults } from '../../core/ports/jobs.ts';
import type { SetupConnection, SetupStep } from '../../core/ports/setup.ts';
import type { PauseState } from '../../core/ports/traffic.ts';

const HUBSPOT: SetupConnection = {
  connectionId: 'hubspot',
  vendor: 'hubspot',
  access: 'sign-in',
  scopes: [],
  account: '1234567',
  notice: null,
  canMap: true,
  hasFields: true,
  mappingVersion: null,
};
const SEGMENT: SetupConnection = {
  ...HUBSPOT,
  connectionId: 'segment',
  vendor: 'segment',
  access: 'key',
  account: null,
  canMap: false,
  hasFields: false,
};
const PAUSED = { reason: 'new', by: 'serve', since: '2026-06-01T00:00:00.000Z', held: 'before-first-load' } as const;

function done<Kind extends JobKind>(jobId: number, kind: Kind, result: JobResults[Kind], of: Partial<Job> = {}): Job {
  return {
    jobId,
    kind,
    connectionId: null,
    dryRun: false,
    state: 'done',
    progress: null,
    problem: null,
    requestedBy: 'user:1',
    requestedAt: PAUSED.since,
    startedAt: PAUSED.since,
    endedAt: PAUSED.since,
    ...of,
    result,
  } as unknown as Job;
}

/** The steps by name; jobs are given in any order. */
function steps(
  jobs: readonly Job[],
  {
    connections = [HUBSPOT, SEGMENT],
    paused = PAUSED,
  }: { connections?: readonly SetupConnection[]; paused?: PauseState | null } = {},
): Record<SetupStep['step'], SetupStep> {
  const newestFirst = jobs.toSorted((a, b) => b.jobId - a.jobId);
  const told = setupSteps({ connections, paused, jobs: newestFirst, outboxWaiting: 7 });
  return Object.fromEntries(told.map((step) => [step.step, step])) as Record<SetupStep['step'], SetupStep>;
}

const report = { account: '1234567', problems: [], callsLeftToday: null };
const LOADED: JobResults['first-load'] = {
  pulled: 10,
  rejected: 0,
  customers: 4,
  scored: 3,
  unavailable: [],
  readiness: null,
};
const MAPPED = { report: {}, version: 2, readAgain: [] } as unknown as JobResults['map'];

describe('the steps of setting up', () => {
  it('are all to do in a new workspace but for what there is nothing to choose or create', () => {
    const states = (connections: readonly SetupConnection[]) =>
      Object.values(steps([], { connections })).map(({ state }) => state);
    expect(states([{ ...HUBSPOT, account: null }])).toEqual(Array(8).fill('open'));
    expect(states([SEGMENT])).toEqual(['done', 'open', 'done', 'done', 'done', 'open', 'open', 'open']);
  });

  it('name the connection that must be connected, and the one that was lost', () => {
    expect(steps([], { connections: [{ ...HUBSPOT, account: null }, SEGMENT] }).connect).toMatchObject({
      state: 'open',
      found: 'Not connected yet: hubspot.',
    });
    expect(steps([], { connections: [{ ...HUBSPOT, notice: 'Connect hubspot again' }] }).connect.state).toBe('problem');
  });

  it('check again once a connection has come to what was checked', () => {
    const hubspot = { connectionId: 'hubspot', vendor: 'hubspot', report, usage: null };
    const segment = { ...hubspot, connectionId: 'segment', vendor: 'segment' };
    expect(steps([done(1, 'check', { connections: [hubspot, segment] })]).check.state).toBe('done');
    expect(steps([done(1, 'check', { connections: [segment] })]).check.state).toBe('again');
    const refused = { ...hubspot, report: { ...report, problems: [{ what: 'a', remedy: 'b' }] } };
    expect(steps([done(1, 'check', { connections: [refused, segment] })]).check).toMatchObject({
      state: 'problem',
      found: 'Not ready: hubspot.',
    });
  });

  it('tell a dry run from what was created, and a conflict from both', () => {
    const step = { what: 'field', name: 'a', on: 'contacts', note: '' } as const;
    const planned = { connections: [{ connectionId: 'hubspot', steps: [{ ...step, outcome: 'create' as const }] }] };
    const told = steps([done(1, 'provision', planned, { dryRun: true } as Partial<Job>)]);
    expect(told.plan).toMatchObject({ state: 'done', found: '1 to be created, 0 are there.' });
    expect(told.provision.state).toBe('open');
    const taken = { connections: [{ connectionId: 'hubspot', steps: [{ ...step, outcome: 'conflict' as const }] }] };
    expect(steps([done(2, 'provision', taken)]).provision.state).toBe('problem');
  });

  it('read again what was mapped after it was read', () => {
    const map = (jobId: number) => done(jobId, 'map', MAPPED, { connectionId: 'hubspot' } as Partial<Job>);
    const load = (jobId: number) => done(jobId, 'first-load', LOADED);
    const mapped = [{ ...HUBSPOT, mappingVersion: 2 }];
    expect(steps([map(1), load(2)], { connections: mapped })['first-load'].state).toBe('done');
    expect(steps([load(1), map(2)], { connections: mapped })['first-load'].state).toBe('again');
    expect(steps([load(1), map(2)], { connections: mapped }).map.found).toBe('hubspot version 2.');
  });

  it('say what failed, in the words of the job, and what is under way', () => {
    const failed = done(1, 'first-load', LOADED, {
      state: 'failed',
      problem: { message: 'HubSpot is down.', remedy: 'Wait.' },
    } as Partial<Job>);
    expect(steps([{ ...failed, result: null } as Job])['first-load']).toMatchObject({
      state: 'problem',
      found: 'HubSpot is down.',
    });
    const running = done(1, 'first-load', LOADED, { state: 'running' } as Partial<Job>);
    expect(steps([{ ...running, result: null } as Job])['first-load'].state).toBe('running');
  });

  it('look at the scores before they are let out, and are at their end when they are', () => {
    const loaded = [done(1, 'first-load', LOADED)];
    expect(steps(loaded).shadow).toMatchObject({ state: 'open', found: expect.stringContaining('7') });
    expect(steps(loaded)['turn-on'].state).toBe('open');
    // A pause that came later takes no step back.
    for (const paused of [null, { ...PAUSED, held: null }]) {
      const on = steps(loaded, { paused });
      expect([on.shadow.state, on['turn-on'].state]).toEqual(['done', 'done']);
    }
  });
});
