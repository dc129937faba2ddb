import { useMemo } from 'react';
import { Ranking } from '../../components/ranking.tsx';
import { inWords } from '../../wording.ts';

/** Above this an input is another than it was, as credit scoring has it; the alarm of the report. */
const ALARM = 0.25;

/** How far inputs have moved since the champion was trained; those with an alarm in the colour of one. */
export function Drift({ inputs }: { inputs: readonly { name: string; psi: number }[] }) {
  const bars = useMemo(
    () =>
      inputs.map(({ name, psi }) => ({
        name: inWords(name),
        value: psi,
        tone: psi > ALARM ? ('bad' as const) : ('plain' as const),
      })),
    [inputs],
  );
  return (
    <Ranking
      title="Drift of the inputs"
      description={`Population stability index: ${bars.map(({ name, value }) => `${name} ${index(value)}`).join(', ')}.`}
      what="Input"
      axis={`Stability index (0 is unmoved, alarm above ${ALARM})`}
      bars={bars}
      show={index}
    />
  );
}

function index(value: number): string {
  return value.toFixed(3);
}
