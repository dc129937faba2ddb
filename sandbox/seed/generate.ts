import { companies, owners, person } from './people.ts';
import { eventsBetween, ordersOf, type Purchase, takenBack } from './records.ts';
import { draws } from './sampling.ts';
import type { World, WorldEvent, WorldOrder, WorldPerson } from './world.ts';

/**
 * The known parameters behind the generated world. Buying follows BG/NBD (weekly rates Gamma(r, alpha), dropout Beta(a, b)),
 * amounts Gamma-Gamma (p, q, v); weeks.
 */
export const TRUTH = { r: 0.9, alpha: 7, a: 0.9, b: 4.5, p: 6.25, q: 3.74, v: 45 } as const;

const DAY_MS = 86_400_000;
const ACQUISITION_DAYS = 700;

/** People who join over two years, buy at their own pace, and at some point leave without a word; seeded, the same every time. */
export function generateWorld({ seed, customers, asOf }: { seed: number; customers: number; asOf: string }): World {
  const random = draws(seed);
  const end = Date.parse(`${asOf}T23:00:00Z`);
  const companyList = companies(customers);
  const people: WorldPerson[] = [];
  const orders: WorldOrder[] = [];
  const events: WorldEvent[] = [];
  for (let index = 0; index < customers; index += 1) {
    const id = `p${String(index + 1).padStart(5, '0')}`;
    const joined = end - (30 + random.integer(ACQUISITION_DAYS)) * DAY_MS - random.integer(DAY_MS);
    const who = person(id, new Date(joined - DAY_MS).toISOString(), companyList, seed);
    const { purchases, leftAt } = life(random, joined, end);
    people.push(who);
    const sales = ordersOf(who, purchases, seed);
    for (const sale of sales) {
      const back = random.uniform() < 0.015 ? takenBack(sale, random, asOf) : null;
      orders.push(sale, ...(back ? [back] : []));
    }
    const pace = Math.min(purchases.length / Math.max((leftAt - joined) / (7 * DAY_MS), 1), 1);
    const lively = eventsBetween(who, joined, leftAt, 0.15 + 0.8 * pace, random, 1);
    // Those who left still look in now and then.
    events.push(...lively, ...eventsBetween(who, leftAt, end, 0.03, random, lively.length + 1));
    if (random.uniform() < 0.02) people.push(doubleOf(who));
  }
  const byTime = (a: { at: string; id: string }, b: { at: string; id: string }) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1;
  return { seed, people, companies: companyList, owners, orders: orders.sort(byTime), events: events.sort(byTime) };
}

function life(
  random: ReturnType<typeof draws>,
  joined: number,
  end: number,
): { purchases: Purchase[]; leftAt: number } {
  const perWeek = random.gamma(TRUTH.r, TRUTH.alpha);
  const dropout = random.beta(TRUTH.a, TRUTH.b);
  const nu = random.gamma(TRUTH.q, TRUTH.v);
  const amount = () =>
    random.uniform() < 0.003 ? '0.00' : (Math.ceil(random.gamma(TRUTH.p, nu) * 100) / 100).toFixed(2);
  const purchases: Purchase[] = [{ at: new Date(joined).toISOString(), amount: amount() }];
  for (let at = joined; ; ) {
    at += random.exponential(perWeek) * 7 * DAY_MS;
    if (!(at < end)) return { purchases, leftAt: end };
    purchases.push({ at: new Date(at).toISOString(), amount: amount() });
    if (random.uniform() < dropout) return { purchases, leftAt: Math.min(at + 7 * DAY_MS, end) };
  }
}

/** The same person twice in one system, with nothing of its own: what identity must join. */
function doubleOf(who: WorldPerson): WorldPerson {
  return {
    ...who,
    id: `${who.id}b`,
    systems: who.systems.filter((system) => system !== 'segment').slice(0, 1),
    email: ` ${who.email.toUpperCase()}`,
  };
}
