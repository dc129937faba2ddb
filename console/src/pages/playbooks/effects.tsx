import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import type {
  Arm,
  Effects as EffectsAnswer,
  OutcomeEffect,
  PlaybookResult,
} from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { Empty, Loaded } from '../../components/states.tsx';
import { day, money, NONE, percent, whole } from '../../format.ts';
import { useClient } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';

/** What each playbook has achieved, with its interval. */
export function Effects() {
  const client = useClient();
  const effects = useQuery({ queryKey: ['effects'], queryFn: () => client.listEffects() });
  return (
    <Loaded query={effects} what="the effects">
      {(answer) =>
        answer.playbooks.length === 0 ? (
          <Empty title="Not to be said yet.">
            <p>Nobody has entered a playbook.</p>
          </Empty>
        ) : (
          <>
            <p className="hint">
              As of {day(answer.asOf)}; each customer is followed for {answer.followUpDays} days.
            </p>
            {answer.playbooks.map((result) => (
              <Result key={result.playbook} result={result} currency={answer.currency} />
            ))}
          </>
        )
      }
    </Loaded>
  );
}

const OUTCOMES: Readonly<Record<OutcomeEffect['outcome'], string>> = {
  kept: 'Kept (share of customers, higher is better)',
  revenue: 'Revenue per customer (higher is better)',
  nps: 'Net promoter score (−100 to 100, higher is better)',
};

function Result({ result, currency }: { result: PlaybookResult; currency: EffectsAnswer['currency'] }) {
  const { playbook, entered, acted, following, outcomes, saved, cost, returnOnCost, lead } = result;
  return (
    <Fragment>
      <h3>{inWords(playbook)}</h3>
      <p>
        {whole(entered)} entered, {whole(acted)} of them acted on; {whole(following)} are not followed to the end yet.{' '}
        {saved.known
          ? `Revenue because of it: ${money(saved.value, currency)} (${money(saved.low, currency)} to ${money(saved.high, currency)}).`
          : 'Whether it brings revenue is not known yet: the interval holds zero, or an arm is too small.'}
        {cost !== null && ` It cost ${money(cost, currency)}.`}
        {returnOnCost !== null && ` Each unit of cost brought ${returnOnCost.toFixed(2)} of margin beyond itself.`}
        {lead !== null &&
          ` Those who left were told of ${whole(lead.medianDays)} days before (median; 8 in 10 between ${whole(lead.lowDays)} and ${whole(lead.highDays)}).`}
      </p>
      <Scroll label={`Effect of ${playbook}`}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Outcome</th>
              <th scope="col" className="number">
                Treated
              </th>
              <th scope="col" className="number">
                Held out
              </th>
              <th scope="col" className="number">
                Difference (95 % interval)
              </th>
            </tr>
          </thead>
          <tbody>
            {outcomes.map(({ outcome, treated, heldOut, effect }) => (
              <tr key={outcome}>
                <th scope="row" className="name">
                  {OUTCOMES[outcome]}
                </th>
                <td className="number">{armOf(outcome, treated, currency)}</td>
                <td className="number">{armOf(outcome, heldOut, currency)}</td>
                <td className="number">
                  {effect === null
                    ? 'too few customers yet'
                    : `${figure(outcome, effect.value, currency)} (${figure(outcome, effect.low, currency)} to ${figure(outcome, effect.high, currency)})`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Fragment>
  );
}

function armOf(outcome: OutcomeEffect['outcome'], { customers, mean }: Arm, currency: string): string {
  return customers === 0 ? 'nobody' : `${figure(outcome, mean, currency)} of ${whole(customers)}`;
}

function figure(outcome: OutcomeEffect['outcome'], value: number | null, currency: string): string {
  if (value === null) return NONE;
  if (outcome === 'revenue') return money(value, currency);
  if (outcome === 'nps') return value.toFixed(1);
  // A share below zero is a difference: less were kept.
  return value < 0 ? `−${percent(-value)}` : percent(value);
}
