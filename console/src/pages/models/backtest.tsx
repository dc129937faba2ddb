import { useMemo } from 'react';
import type { ModelCard } from '../../../../webhooks/client/staypower-client.ts';
import { Ranking } from '../../components/ranking.tsx';

/** What is worse is as useless, and would take all the room. */
const LOWEST = -1;

/** How each way of telling value did on windows inside the book, the best first; nothing where none was held. */
export function Backtest({ members }: { members: ModelCard['members'] }) {
  const bars = useMemo(
    () =>
      members.flatMap(({ name, kind, chosen, metrics: { score } }) =>
        score === null || score === undefined
          ? []
          : [
              {
                name: `${name}${chosen ? ' (chosen)' : kind === 'naive' ? ' (without a model)' : ''}`,
                value: score,
                tone: kind === 'naive' ? ('aside' as const) : ('plain' as const),
              },
            ],
      ),
    [members],
  );
  if (bars.length === 0) return null;
  return (
    <Ranking
      title="Backtest: value told on windows inside the book"
      description={`Mean R2 of purchases and money, the best first: ${bars.map(({ name, value }) => `${name} ${score(value)}`).join(', ')}.`}
      what="Way of telling"
      axis={`Mean R² (1 is best)${bars.some(({ value }) => value < LOWEST) ? `, cut at ${score(LOWEST)}` : ''}`}
      min={LOWEST}
      bars={bars}
      show={score}
    />
  );
}

function score(value: number): string {
  return value.toFixed(2).replace('-', '−');
}
