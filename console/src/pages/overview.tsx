import { useQuery } from '@tanstack/react-query';
import type { Overview } from '../../../webhooks/client/staypower-client.ts';
import { Alarms } from '../components/alarms.tsx';
import { Page, Section } from '../components/page.tsx';
import { Stat } from '../components/stat.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { counted, day, moment, money, percent, whole } from '../format.ts';
import { href } from '../routing.ts';
import { useClient } from '../session/session-context.ts';
import { TourInvitation } from '../tour/invitation.tsx';
import { SCORES } from '../wording.ts';
import { PlaybookEffects } from './overview/playbook-effects.tsx';
import { ValueRiskGrid } from './overview/value-risk-grid.tsx';

/** The book at a glance. */
export default function OverviewPage() {
  const client = useClient();
  const overview = useQuery({ queryKey: ['overview'], queryFn: () => client.getOverview() });
  return (
    <Page title="Overview">
      <TourInvitation />
      <Alarms />
      <Loaded query={overview} what="the overview">
        {(data) => <Shown overview={data} />}
      </Loaded>
    </Page>
  );
}

function Shown({ overview }: { overview: Overview }) {
  const { currency, asOf, scoredAt, horizonDays } = overview;
  if (asOf === null) {
    return (
      <Empty title="Nobody is scored yet.">
        {overview.missing.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        <p>
          Run <code>staypower run</code>, or wait for the next cycle of <code>serve</code>.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <dl className="stats">
        <Stat {...SCORES.valueAtRisk} value={money(overview.valueAtRisk, currency)} note={shareOf(overview)} />
        <Stat {...SCORES.clv12m} value={money(overview.expectedValue, currency)} note="sum of the book" />
        <Stat
          label="Customers with a value"
          value={whole(overview.scored)}
          unit={`of ${counted(overview.customers, 'customer')}`}
        />
        <Stat
          label="Calls opened"
          value={whole(overview.tasks.openedLastWeek)}
          unit="last 7 days"
          note={`${whole(overview.tasks.waiting)} on their way, ${whole(overview.tasks.queued)} queued`}
        />
      </dl>
      <p className="hint">
        Scores of {day(asOf)}, made {moment(scoredAt)}. Churn risk: within {horizonDays} days.
      </p>
      {overview.missing.length > 0 && (
        <ul className="remarks">
          {overview.missing.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      <div className="columns">
        <Section
          title="Customers by value and risk"
          hint="Darker cells hold more value at risk. Choose one to list it."
        >
          <ValueRiskGrid cells={overview.grid} currency={currency} />
        </Section>
        <Section
          title="Moved in the last 7 days"
          hint={`${counted(overview.moved, 'customer')} moved; those with most value at risk gained or lost.`}
        >
          <Movements overview={overview} />
        </Section>
      </div>
      <Section
        title="What playbooks have kept"
        hint="Customers who were treated beside those held out at random, followed to the end of the horizon."
      >
        <PlaybookEffects effects={overview.effects} currency={currency} />
      </Section>
    </>
  );
}

function shareOf({ valueAtRisk, grid, currency }: Overview): string {
  const top = grid.find((cell) => cell.valueBand === 'high' && cell.churnBand === 'high');
  const total = Number(valueAtRisk);
  if (!top || total === 0) return 'of active customers';
  return `${money(top.valueAtRisk, currency)} of it in ${counted(top.customers, 'customer')} of high value`;
}

function Movements({ overview: { movements, currency } }: { overview: Overview }) {
  if (movements.length === 0) return <Empty title="Nothing has moved in the last 7 days." />;
  return (
    <ul className="movements">
      {movements.map((each) => {
        const { text, isWorse } = inWords(each, currency);
        return (
          <li key={each.customerId}>
            <a href={href(['customers', each.customerId])}>{each.name ?? 'Customer without a name'}</a>
            <span className={isWorse ? 'worse' : 'better'}>{text}</span>
            <span className="hint">
              Churn risk {percent(each.churnProbabilityBefore)} → {percent(each.churnProbabilityNow)}. {each.change}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Who lapses has no value at risk any more, which is no good news; who comes back has some again, which is. */
function inWords(
  { turn, valueAtRiskNow, valueAtRiskBefore }: Overview['movements'][number],
  currency: string | null,
): { text: string; isWorse: boolean } {
  const by = Number(valueAtRiskNow) - Number(valueAtRiskBefore);
  const amount = money(Math.abs(by), currency);
  if (turn === 'lapsed') return { text: `✕ Lapsed, ${amount} was at risk`, isWorse: true };
  if (turn === 'returned') return { text: `✓ Back, ${amount} is at risk again`, isWorse: false };
  return by > 0
    ? { text: `▲ ${amount} more at risk`, isWorse: true }
    : { text: `▼ ${amount} less at risk`, isWorse: false };
}
