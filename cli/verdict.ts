import type { Shadow } from '../core/learning/shadow.ts';
import type { Challenge } from '../core/pipeline/challenge.ts';
import type { Verdict } from '../core/ports/model-registry.ts';
import { table } from './output.ts';

const BECAUSE: Readonly<Record<Verdict['because'], string>> = {
  better: 'promoted: better in something, a higher loss in nothing',
  'outdated-champion': 'promoted: as good as a champion of more than a year ago',
  worse: 'not promoted: worse in something',
  alike: 'not promoted: not better beyond chance, or not in everything; no score moves for nothing',
  'too-few-outcomes': 'not promoted: too few outcomes in the window to judge by',
};

/** What came of comparing a challenger with the champion, for a person. */
export function verdictLines({ because, champion, window, comparisons, shadow }: Verdict): readonly string[] {
  const figure = (value: number | null) => (value === null ? '' : Number(value.toPrecision(4)));
  return [
    `Beside the champion ${champion}, by what came from ${window.from} to ${window.to}: ${BECAUSE[because]}.`,
    ...(comparisons.length === 0
      ? []
      : [
          table(
            ['', 'mean loss', 'customers', 'champion', 'challenger', 'difference', 'standard error', 'verdict'],
            comparisons.map(({ of, loss, cases, champion, challenger, mean, standardError, verdict }) => [
              of,
              loss,
              cases,
              ...[champion, challenger, mean, standardError].map(figure),
              verdict,
            ]),
          ),
        ]),
    ...(shadow ? [shadowLine(shadow)] : []),
  ];
}

function shadowLine({ customers, churnBandsMoved, valueBandsMoved }: Shadow): string {
  const share = (count: number) =>
    `${count.toLocaleString('en')} (${((count / Math.max(customers, 1)) * 100).toFixed(1)} %)`;
  return `In its place records of ${share(churnBandsMoved)} customers would show another band of risk, of ${share(valueBandsMoved)} another band of value.`;
}

/** What came of a challenge, as `train --promote-if-better --json` prints it. */
export function challengeJson(result: Challenge): Readonly<Record<string, unknown>> {
  if (result.challenger === null) {
    const { challenger: _, ...rest } = result;
    return { ...rest, version: null };
  }
  const { promoted, challenger, verdict } = result;
  return { promoted, version: challenger.version, ...verdict };
}

/** The same for a person. */
export function challengeLines(result: Challenge): readonly string[] {
  if (result.challenger !== null) {
    const { promoted, challenger, verdict } = result;
    return [`${challenger.version} is ${promoted ? 'the champion now' : 'a challenger'}.`, ...verdictLines(verdict)];
  }
  switch (result.because) {
    case 'too-early':
      return [
        `Nothing was trained: the champion knows a part of every outcome there is. From ${result.comparableOn} on a challenger can be compared with it.`,
      ];
    case 'same-facts':
      return ['Nothing changed: the champion was trained on just these facts.'];
    case 'taken-back':
      return [
        'The model of these facts was taken back ("staypower models list") and is not promoted by itself. "staypower models promote" does it.',
      ];
  }
}
