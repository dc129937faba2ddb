import { useQuery } from '@tanstack/react-query';
import type { Customer, Timeline } from '../../../webhooks/client/staypower-client.ts';
import { Page, Section } from '../components/page.tsx';
import { Scroll } from '../components/scroll.tsx';
import { Band, Stat } from '../components/stat.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { day, moment, money, NONE, percent, whole } from '../format.ts';
import { href } from '../routing.ts';
import { useClient } from '../session/session-context.ts';
import { bandName, intervalSentence, inWords, lifecycleName, SCORES, trendName } from '../wording.ts';
import { FeedbackButtons } from './customer/feedback.tsx';
import { Horizons } from './customer/horizons.tsx';
import { Staying } from './customer/staying.tsx';
import { CustomerTimeline } from './customer/timeline.tsx';
import { type Explained, Waterfall } from './customer/waterfall.tsx';

/** One customer: the scores, why they are so, and what to do. */
export default function CustomerPage({ customer }: { customer: string }) {
  const client = useClient();
  const found = useQuery({ queryKey: ['customer', customer], queryFn: () => client.getCustomer(customer) });
  return (
    <Page
      title={found.data ? (found.data.name ?? 'Customer without a name') : 'Customer'}
      actions={
        <a className="button" href={href(['customers'])}>
          All customers
        </a>
      }
    >
      <Loaded query={found} what="the customer">
        {(data) => <Shown customer={data} />}
      </Loaded>
    </Page>
  );
}

function Shown({ customer }: { customer: Customer }) {
  const client = useClient();
  const { customerId, currency } = customer;
  const explanation = useQuery({
    queryKey: ['explanation', customerId],
    queryFn: () => client.getExplanation(customerId),
  });
  const insight = useQuery({ queryKey: ['insight', customerId], queryFn: () => client.getInsight(customerId) });
  const timeline = useQuery({ queryKey: ['timeline', customerId], queryFn: () => client.getTimeline(customerId) });
  return (
    <>
      <p className="hint">
        {lifecycleName(customer.lifecycle)}. Scores of {day(customer.asOf)}, made {moment(customer.scoredAt)}.
      </p>
      {customer.dataQuality && customer.dataQuality.lowered.length > 0 && (
        <p className="hint">
          Data quality {customer.dataQuality.score} of 100 (100 = best). {customer.dataQuality.lowered.join(' ')}
        </p>
      )}
      <Scores customer={customer} />
      <div className="columns">
        <Section title="What to do" actions={<FeedbackButtons customerId={customerId} />}>
          <p>{customer.nextAction ?? 'Nothing for now.'}</p>
          <h3>Why</h3>
          <Sentences of={customer.reasons} none="No reason stands out." />
          <h3>What changed</h3>
          <p>{customer.change ?? 'Nothing since it was scored first.'}</p>
        </Section>
        <Section
          title="What would help"
          hint="What goes with a lower churn risk among customers like this one; not a promise."
        >
          <Loaded query={insight} what="what would help">
            {({ whatWouldHelp, cluster, propensities }) => (
              <>
                <Sentences
                  of={whatWouldHelp}
                  none="Nothing that a person can bring about would lower the risk by a point."
                />
                {cluster && <p>Behaves like: {cluster.description}</p>}
                {Object.entries(propensities).map(([target, probability]) => (
                  <p key={target}>
                    Likely to “{inWords(target).toLowerCase()}” within {customer.churnHorizonDays} days:{' '}
                    {percent(probability)}
                  </p>
                ))}
              </>
            )}
          </Loaded>
        </Section>
      </div>
      <div className="columns">
        <Section
          title="Will it stay"
          hint={`Not having left, as the book defines it for the churn risk; after ${customer.churnHorizonDays} days it is what that risk leaves.`}
        >
          <Loaded query={insight} what="the curve">
            {({ staying }) => <Staying staying={staying} />}
          </Loaded>
        </Section>
        <Section title="What it is worth">
          <Loaded query={insight} what="the value over time">
            {(data) => <Horizons insight={data} currency={currency} />}
          </Loaded>
        </Section>
      </div>
      <Section title="What the scores are made of">
        <Loaded query={explanation} what="the reasons">
          {(data) => (
            <div className="columns">
              {explainedScores(currency)
                .filter(({ name }) => (data.contributions[name] ?? []).length > 0)
                .map((score) => (
                  <Waterfall key={score.name} score={score} explanation={data} />
                ))}
            </div>
          )}
        </Loaded>
      </Section>
      <Section title="Timeline">
        <Loaded query={timeline} what="the timeline">
          {(data) => <CustomerTimeline timeline={data} />}
        </Loaded>
      </Section>
      <Section title="Playbooks">
        <Loaded query={timeline} what="playbooks">
          {({ playbooks }) => <PlaybookRuns runs={playbooks} />}
        </Loaded>
      </Section>
    </>
  );
}

function Scores({ customer }: { customer: Customer }) {
  const { currency, clv12m, clv12mLow, clv12mHigh } = customer;
  return (
    <dl className="stats">
      <Stat
        {...SCORES.churnProbability}
        value={percent(customer.churnProbability)}
        unit={`within ${customer.churnHorizonDays} days`}
        note={<Band of="risk" band={customer.churnBand} name={bandName(customer.churnBand)} />}
      />
      <Stat
        {...SCORES.clv12m}
        value={money(clv12m, currency)}
        {...(clv12m !== null && {
          note: intervalSentence(money(clv12mLow, currency), money(clv12mHigh, currency)),
        })}
      />
      <Stat
        {...SCORES.valueIfKept12m}
        value={money(customer.valueIfKept12m, currency)}
        note={<Band of="value" band={customer.valueBand} name={bandName(customer.valueBand)} />}
      />
      <Stat {...SCORES.engagement} value={whole(customer.engagement)} note={trendName(customer.engagementTrend)} />
      <Stat {...SCORES.priority} value={whole(customer.priority)} />
    </dl>
  );
}

function Sentences({ of, none }: { of: readonly string[]; none: string }) {
  if (of.length === 0) return <p>{none}</p>;
  return (
    <ul>
      {of.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

function explainedScores(currency: string): readonly Explained[] {
  return [
    { name: 'churn', label: SCORES.churnProbability.label, unit: '%', show: percent },
    {
      name: 'clv',
      label: SCORES.clv12m.label,
      unit: `${currency}, 12 months`,
      show: (value) => money(value, currency),
    },
    { name: 'engagement', label: SCORES.engagement.label, unit: 'points', show: whole },
  ];
}

const STATES: Readonly<Record<string, string>> = {
  queued: 'Waiting for its owner’s capacity',
  fired: 'Given to its owner',
  done: 'Done',
  'held-out': 'Held out at random, to measure the effect',
  'let-go': 'Let go: no longer in the cell, or contacted lately',
  'no-consent': 'Not to be contacted',
};

function PlaybookRuns({ runs }: { runs: Timeline['playbooks'] }) {
  if (runs.length === 0) return <Empty title="No playbook has looked at this customer." />;
  return (
    <Scroll label="Playbooks">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Playbook</th>
            <th scope="col">Entered</th>
            <th scope="col">Acted</th>
            <th scope="col">What came of it</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={`${run.playbook} ${run.crossedOn}`}>
              <th scope="row">{run.playbook}</th>
              <td>{day(run.crossedOn)}</td>
              <td>{run.state === 'held-out' || run.firedOn === null ? NONE : day(run.firedOn)}</td>
              <td>{STATES[run.state] ?? run.state}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
