import { useMemo } from 'react';
import type { Models } from '../../../../webhooks/client/staypower-client.ts';
import { Ranking } from '../../components/ranking.tsx';
import { Empty } from '../../components/states.tsx';
import { percent } from '../../format.ts';
import { groupName, SCORES } from '../../wording.ts';

const LABELS = [
  { score: 'churn', label: SCORES.churnProbability.label },
  { score: 'clv', label: SCORES.clv12m.label },
  { score: 'engagement', label: SCORES.engagement.label },
] as const;

/** What each score rests on, over the book: the share of each group of inputs of all that moves it. */
export function Importance({ importance }: { importance: Models['importance'] }) {
  const scores = useMemo(
    () =>
      LABELS.map(({ score, label }) => ({
        label,
        bars: importance
          .filter((each) => each.score === score)
          .map(({ group, share }) => ({ name: groupName(group), value: share })),
      })).filter(({ bars }) => bars.length > 0),
    [importance],
  );
  if (scores.length === 0) {
    return (
      <Empty title="Not to be said yet.">
        <p>It is counted when models are trained; this one was trained by an earlier version.</p>
      </Empty>
    );
  }
  return (
    <div className="columns">
      {scores.map(({ label, bars }) => (
        <Ranking
          key={label}
          title={label}
          description={`What the ${label.toLowerCase()} rests on: ${bars.map(({ name, value }) => `${name} ${percent(value)}`).join(', ')}.`}
          what="Inputs"
          axis="Share of what moves it"
          bars={bars}
          show={percent}
        />
      ))}
    </div>
  );
}
