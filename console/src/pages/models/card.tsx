import { useQuery } from '@tanstack/react-query';
import type { ModelCard, ModelRegistry } from '../../../../webhooks/client/staypower-client.ts';
import { Section } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Empty, Loaded } from '../../components/states.tsx';
import { counted, day, NONE, whole } from '../../format.ts';
import { useClient } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';
import { Backtest } from './backtest.tsx';
import { ChurnJudged } from './churn-judged.tsx';
import { Comparisons } from './comparisons.tsx';
import { Importance } from './importance.tsx';
import { metricName } from './metric-names.ts';

const CHOSEN_BY: Readonly<Record<ModelCard['chosenBy'], string>> = {
  backtest: 'chosen by a backtest on windows inside the book',
  'newest-window': 'chosen on the newest period',
  likelihood: 'chosen by its likelihood: too little to judge by',
  'only-one': 'the only one: too little to judge by',
};

const LEAVING: Readonly<Record<string, string>> = {
  no_purchase_within: 'no purchase within',
  contract_end: 'the contract runs out and is not renewed within',
  cancelled: 'notice is given within',
};

/** What one model was trained on, what it was chosen among, and how well each did. */
export function Card({ model }: { model: ModelRegistry['models'][number] }) {
  const client = useClient();
  const { version, usable, verdict } = model;
  const card = useQuery({ queryKey: ['model', version], queryFn: () => client.getModel(version), enabled: usable });
  return (
    <>
      {verdict !== null && <Comparisons version={version} verdict={verdict} />}
      <Section title="Model card" hint={version}>
        {usable ? (
          <Loaded query={card} what="the model card">
            {(cards) => (
              <>
                <p>
                  Facts up to {day(cards.asOf)}: {counted(cards.customers, 'customer')}, {whole(cards.buyers)} of them
                  buyers, {whole(cards.repeatBuyers)} more than once. Money in {cards.currency}. Leaving:{' '}
                  {LEAVING[cards.churnDefinition] ?? cards.churnDefinition} {cards.churnHorizonDays} days.
                </p>
                {cards.warnings.length > 0 && (
                  <ul className="remarks">
                    {cards.warnings.map((sentence) => (
                      <li key={sentence}>{sentence}</li>
                    ))}
                  </ul>
                )}
                {cards.models.map((each) => (
                  <Members key={each.name} card={each} />
                ))}
                <h3>Churn risk on customers it had not seen</h3>
                <ChurnJudged
                  judged={cards.churnJudged}
                  name={cards.models.find(({ name }) => name === 'churn')?.chosen ?? 'Churn risk'}
                />
                <h3>What scores rest on</h3>
                <p className="hint">
                  Over a sample of buyers: the share of each group of inputs, by size, of all that moves a score.
                </p>
                <Importance importance={cards.importance} />
              </>
            )}
          </Loaded>
        ) : (
          <Empty title="Of an earlier format: its card cannot be read any more." />
        )}
      </Section>
    </>
  );
}

function Members({ card: { name, chosen, chosenBy, windows, examples, members, metrics } }: { card: ModelCard }) {
  const columns = [...new Set(members.flatMap((member) => known(member.metrics).map(([metric]) => metric)))];
  const own = known(metrics);
  const judged = windows.map(({ from, to }) => `${day(from)} to ${day(to)}`).join('; ');
  return (
    <>
      <h3>{inWords(name)}</h3>
      <p className="hint">
        {chosen}, {CHOSEN_BY[chosenBy]}. {counted(examples, 'example')}
        {judged !== '' && `; judged by ${judged}`}.
        {own.length > 0 && ` ${own.map(([metric, value]) => `${metricName(metric)} ${figure(value)}`).join(', ')}.`}
      </p>
      {name === 'value' && <Backtest members={members} />}
      {members.length > 0 && (
        <Scroll label={`What ${name} was chosen among`}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Member</th>
                {columns.map((metric) => (
                  <th key={metric} scope="col" className="number">
                    {metricName(metric)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {members.map((member) => (
                <tr key={member.name}>
                  <th scope="row" className="nowrap">
                    {member.name}
                    {member.chosen && ' (chosen)'}
                    {member.kind === 'naive' && ' (without a model)'}
                  </th>
                  {columns.map((metric) => (
                    <td key={metric} className="number">
                      {figure(member.metrics[metric] ?? null)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

function known(metrics: ModelCard['metrics']): readonly [string, number][] {
  return Object.entries(metrics).flatMap(([metric, value]) => (value === null ? [] : [[metric, value] as const])) as [
    string,
    number,
  ][];
}

/** Figures of models have no unit in common: four digits of each. */
function figure(value: number | null): string {
  return value === null ? NONE : Number(value.toPrecision(4)).toLocaleString('en-GB', { maximumFractionDigits: 6 });
}
