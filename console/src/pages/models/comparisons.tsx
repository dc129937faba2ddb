import type { Verdict } from '../../../../webhooks/client/staypower-client.ts';
import { Section } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { counted, day, NONE, percent, whole } from '../../format.ts';
import { inWords } from '../../wording.ts';
import { BECAUSE } from './verdicts.ts';

/** How a challenger did beside the champion of its day, and what records would have shown in its place. */
export function Comparisons({
  version,
  verdict: { because, promote, champion, window, comparisons, shadow },
}: {
  version: string;
  verdict: Verdict;
}) {
  return (
    <Section
      title="Beside the champion"
      hint={`${version} and ${champion}, by what came from ${day(window.from)} to ${day(window.to)}. Losses: lower is better.`}
    >
      <p>
        {BECAUSE[because]}: {promote ? 'promoted' : 'not promoted'}.
      </p>
      {comparisons.length > 0 && (
        <Scroll label="Beside the champion">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Of</th>
                <th scope="col">Mean loss</th>
                <th scope="col" className="number">
                  Customers
                </th>
                <th scope="col" className="number">
                  Champion
                </th>
                <th scope="col" className="number">
                  Challenger
                </th>
                <th scope="col" className="number">
                  Difference (± standard error)
                </th>
                <th scope="col">Verdict</th>
              </tr>
            </thead>
            <tbody>
              {comparisons.map((each) => (
                <tr key={`${each.of} ${each.loss}`}>
                  <th scope="row">{inWords(each.of)}</th>
                  <td className="nowrap">{each.loss}</td>
                  <td className="number">{whole(each.cases)}</td>
                  <td className="number">{loss(each.champion)}</td>
                  <td className="number">{loss(each.challenger)}</td>
                  <td className="number">
                    {loss(each.mean)} (± {loss(each.standardError)})
                  </td>
                  <td>{inWords(each.verdict)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {shadow !== null && shadow.customers > 0 && (
        <p className="hint">
          In its place, records of {counted(shadow.customers, 'customer')} would have changed: another band of risk for{' '}
          {percent(shadow.churnBandsMoved / shadow.customers)}, another band of value for{' '}
          {percent(shadow.valueBandsMoved / shadow.customers)}.
        </p>
      )}
    </Section>
  );
}

function loss(value: number | null): string {
  return value === null ? NONE : String(Number(value.toPrecision(3)));
}
