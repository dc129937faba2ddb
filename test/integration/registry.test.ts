import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import { challenge } from '../../core/pipeline/challenge.ts';
import { cycle, STEPS, type Workspace } from '../../core/pipeline/cycle.ts';
import { replayScores, someScores } from '../../core/pipeline/replay-scores.ts';
import { followUpDays } from '../../core/scores/leaving.ts';
import type { ScoringModel } from '../../core/scores/scoring-model.ts';
import { sentencesOf } from '../../core/scores/words/index.ts';
import { championAt } from '../../core/store/models.ts';
import { listModels, listPromotions, makeChampion, rollBack } from '../../core/store/registry.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { order } from '../support/records.ts';
import { openTempStore, type TempStore } from '../support/store.ts';

const AS_OF = '2026-06-01' as CalendarDay;
const FIRST = addDays(AS_OF, -200);
const clock = fakeClock('2026-06-01T20:00:00.000Z');
const crm = fakeConnector();
const rank = () => 0;
const SCORING = STEPS.filter((step) => step !== 'train');
let store: TempStore;
let workspace: Workspace;
let first: ScoringModel;

beforeAll(async () => {
  store = await openTempStore();
  const { database } = store;
  workspace = {
    name: 'test',
    database,
    connectors: [crm],
    playbooks: [],
    timeZone: 'UTC',
    currency: 'USD',
    sentences: sentencesOf('de'),
    clock,
  };
  crm.feed(...recordsOf(simulateBook({ seed: 5, customers: 300, asOf: AS_OF })));
  await cycle(workspace, { asOf: FIRST });
  first = await champion();
});
afterAll(() => store.close());

async function champion(): Promise<ScoringModel> {
  const model = await championAt(store.database, AS_OF);
  if (!model) throw new Error('there is no champion');
  return model;
}
const roles = async () => (await listModels(store.database)).map(({ version, role }) => [version, role]);
const challengeOn = (asOf: CalendarDay, against: ScoringModel) =>
  challenge(store.database, { champion: against, asOf, rank, clock, actor: 'tester' });

describe('the registry', () => {
  test('has no way back from the first champion', async () => {
    await expect(
      store.database.transaction((sql) => rollBack(sql, { actor: 'tester', now: clock.now() })),
    ).rejects.toThrow(/one before it/);
    expect(await roles()).toEqual([[first.version, 'champion']]);
  });

  test('refuses to promote what it does not have', async () => {
    await expect(
      store.database.transaction((sql) =>
        makeChampion(sql, 'nobody', { by: 'promote', actor: 'tester', now: clock.now() }),
      ),
    ).rejects.toThrow(/model of the registry.*"nobody"/);
  });

  test('trains no challenger while the champion knows part of every outcome', async () => {
    const early = addDays(FIRST, followUpDays(first) - 1);
    expect(await challengeOn(early, first)).toEqual({
      promoted: false,
      challenger: null,
      because: 'too-early',
      comparableOn: addDays(early, 1),
    });
    expect(await roles()).toHaveLength(1);
  });

  test('keeps a challenger with its verdict: judged after the day it was trained on, and moving no score', async () => {
    const result = await challengeOn(AS_OF, first);
    expect(result.challenger?.asOf).toBe(addDays(AS_OF, -followUpDays(first)));
    if (result.challenger === null) throw new Error('nothing was trained');
    expect(result.verdict).toMatchObject({
      champion: first.version,
      window: { from: result.challenger.asOf, to: AS_OF },
    });
    expect(result.verdict.comparisons.map(({ of }) => of)).toEqual(['churn', 'value']);
    const kept = (await listModels(store.database)).find(({ version }) => version === result.challenger?.version);
    expect(kept).toMatchObject({
      role: result.promoted ? 'champion' : 'challenger',
      verdict: result.verdict,
      dataHash: result.challenger.report.dataHash,
    });
    // On the same facts it is the same model, and the same verdict.
    const again = await challengeOn(AS_OF, first);
    expect(again.challenger?.version).toBe(result.challenger.version);
    expect(await roles()).toHaveLength(2);
  });

  test('promotes by command, and takes back in one: what was taken back is not promoted by itself again', async () => {
    const { database } = store;
    const challenger = (await listModels(database)).find(({ version }) => version !== first.version);
    if (!challenger) throw new Error('there is no challenger');
    const act = { actor: 'tester', now: clock.now() };
    await database.transaction((sql) => makeChampion(sql, challenger.version, { by: 'promote', ...act }));
    expect((await champion()).version).toBe(challenger.version);
    await database.transaction((sql) => makeChampion(sql, challenger.version, { by: 'promote', ...act }));

    const back = await database.transaction((sql) => rollBack(sql, act));
    expect(back).toMatchObject({ version: first.version, previous: challenger.version, by: 'rollback' });
    expect((await champion()).version).toBe(first.version);
    expect(new Map((await roles()) as [string, string][])).toEqual(
      new Map([
        [challenger.version, 'withdrawn'],
        [first.version, 'champion'],
      ]),
    );
    expect(await challengeOn(AS_OF, first)).toMatchObject({ promoted: false, because: 'taken-back' });
    expect((await listPromotions(database)).map(({ version, previous, by }) => [version, previous, by])).toEqual([
      [first.version, null, 'trained'],
      [challenger.version, first.version, 'promote'],
      [first.version, challenger.version, 'rollback'],
    ]);
    await expect(database.transaction((sql) => rollBack(sql, act))).rejects.toThrow(/one before it/);
  });

  test('has every step in the audit log, and tells each change of champion outside once', async () => {
    const steps = await store.database.query<{ action: string; actor: string }>(
      `select action, actor from audit_log where action like 'models.%' order by seq`,
    );
    expect(steps.map(({ action }) => action)).toEqual([
      'models.promote',
      'models.challenge',
      'models.challenge',
      'models.promote',
      'models.promote',
    ]);
    expect(steps.at(-1)?.actor).toBe('tester');
    const told = await store.database.query("select 1 from outbound_events where event_type = 'model.promoted'");
    expect(told).toHaveLength(3);
  });
});

describe('past scores', () => {
  test('are made again to the bit from the inputs of then, in the language of then, over days, models and new facts', async () => {
    const { database } = store;
    for (const days of [-100, -50, 0]) await cycle(workspace, { asOf: addDays(AS_OF, days), steps: SCORING });
    await cycle(workspace, { asOf: AS_OF, retrain: true });
    const rows = await someScores(database, { limit: 400, seed: 1 });
    expect(rows).toHaveLength(400);
    const replayed = await replayScores(database, rows, { rank });
    expect(replayed.filter(({ differs, from }) => differs.length > 0 || from !== 'inputs')).toEqual([]);
    expect(replayed.filter((each) => each.replayed === null)).toEqual([]);
    expect(new Set(replayed.map(({ modelVersion }) => modelVersion)).size).toBeGreaterThan(1);
    expect(replayed.some(({ kept }) => kept.change !== null)).toBe(true);
    expect(replayed.every(({ factsChanged }) => factsChanged === false)).toBe(true);
  });

  test('say when facts of their day came later, and stay what they were', async () => {
    const { database } = store;
    const [row] = await someScores(database, { limit: 1, seed: 2 });
    if (!row) throw new Error('no score is in the history');
    const [record] = await database.query<{ external_id: string }>(
      `select external_id from customer_records where customer_id = $1::uuid and kind = 'contact'`,
      [row.customerId],
    );
    crm.feed(order('late', record?.external_id ?? '', addDays(row.asOf, -1), '77.00'));
    await cycle(workspace, { asOf: AS_OF, steps: ['pull', 'identify'] });
    expect(await replayScores(database, [row], { rank })).toMatchObject([{ differs: [], factsChanged: true }]);
  });

  test('that were changed in the store do not pass: the part that differs is named', async () => {
    const { database } = store;
    const [row] = await someScores(database, { limit: 1, seed: 3 });
    if (!row) throw new Error('no score is in the history');
    await database.query(
      `update score_history set score = jsonb_set(score, '{engagement}', to_jsonb((score->>'engagement')::float8 + 1e-12))
       where customer_id = $1::uuid and as_of = $2::date`,
      [row.customerId, row.asOf],
    );
    expect((await replayScores(database, [row], { rank }))[0]?.differs).toEqual(['engagement']);
  });

  test('of earlier versions, without their inputs, are made from the facts of now', async () => {
    const { database } = store;
    const [row] = await someScores(database, { limit: 1, seed: 4 });
    if (!row) throw new Error('no score is in the history');
    await database.query('update score_history set inputs = null where customer_id = $1::uuid and as_of = $2::date', [
      row.customerId,
      row.asOf,
    ]);
    const [replayed] = await replayScores(database, [row], { rank });
    expect(replayed).toMatchObject({ from: 'facts', factsChanged: null });
    // The language of then is not known: sentences differ.
    const sentences = ['change', 'reasons', 'nextAction', 'dataQuality'];
    expect(replayed?.differs.filter((part) => !sentences.includes(part))).toEqual([]);
    expect(replayed?.replayed?.dataQuality?.score).toBe(replayed?.kept.dataQuality?.score);
  });
});
