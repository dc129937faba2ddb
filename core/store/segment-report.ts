import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Database } from '../ports/database.ts';
import type { GroupRow, SegmentReport } from '../ports/engine.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { type Sentences, say } from '../scores/words/index.ts';
import { traitsOf } from '../segments/describe-clusters.ts';
import { SEGMENTS } from '../segments/segment-names.ts';
import { concentrationOf } from './concentration.ts';

interface Group {
  segment: string | null;
  cluster: string | null;
  by_segment: boolean;
  customers: number;
  expected: number | null;
  at_risk: number | null;
  churn: number | null;
}

/** The book by segment and by cluster of a model; null when nobody is scored. */
export async function segmentReport(
  database: Database,
  model: ScoringModel,
  sentences: Sentences,
): Promise<SegmentReport | null> {
  const [newest] = await database.query<{ as_of: CalendarDay | null }>('select max(as_of) as as_of from scores');
  if (!newest?.as_of) return null;
  const groups = await database.query<Group>(
    `select segment, cluster, grouping(cluster) = 1 as by_segment, count(*)::int as customers, sum(clv_12m) as expected,
       sum(value_at_risk) as at_risk, avg(churn_probability) as churn
     from scores where lifecycle <> 'prospect' group by grouping sets ((segment), (cluster))`,
  );
  const groupsBy = (name: 'segment' | 'cluster') =>
    groups
      .filter(({ by_segment }) => by_segment === (name === 'segment'))
      .map((group) => ({ ...group, id: group[name] }));
  const described = new Map(
    model.clusters?.clusters.map((cluster) => [
      cluster.id,
      say(sentences, { says: 'cluster', traits: traitsOf(cluster) }),
    ]),
  );
  return {
    asOf: newest.as_of,
    currency: model.currency,
    modelVersion: model.version,
    segments: rowsOf(groupsBy('segment'), (id) => {
      const segment = SEGMENTS.find((known) => known === id);
      return segment
        ? {
            name: say(sentences, { says: 'segment-name', segment }),
            whatToDo: say(sentences, { says: 'segment-advice', segment }),
          }
        : { name: id, whatToDo: null };
    }),
    clusters: rowsOf(groupsBy('cluster'), (id) => ({ name: described.get(id) ?? id, whatToDo: null })),
    clustersTried: model.clusters?.tried ?? [],
    rfmShares: model.report.rfm,
    concentration: await concentrationOf(database),
  };
}

function rowsOf(
  groups: readonly (Group & { id: string | null })[],
  words: (id: string) => Pick<GroupRow, 'name' | 'whatToDo'>,
): readonly GroupRow[] {
  const customers = groups.reduce((sum, group) => sum + group.customers, 0);
  const value = groups.reduce((sum, group) => sum + (group.expected ?? 0), 0);
  return groups
    .flatMap(({ id, ...group }) => (id === null ? [] : [{ id, ...group }]))
    .sort((a, b) => (b.expected ?? 0) - (a.expected ?? 0) || (a.id < b.id ? -1 : 1))
    .map((group) => ({
      id: group.id,
      ...words(group.id),
      customers: group.customers,
      shareOfCustomers: group.customers / customers,
      expectedValue: (group.expected ?? 0).toFixed(2),
      shareOfValue: value > 0 ? (group.expected ?? 0) / value : 0,
      meanChurnProbability: group.churn,
      valueAtRisk: (group.at_risk ?? 0).toFixed(2),
      gainIfOneInTenStays: ((group.at_risk ?? 0) / 10).toFixed(2),
    }));
}
