import { useMemo, useState } from 'react';
import type { Cohorts } from '../../../../webhooks/client/staypower-client.ts';
import { Choice } from '../../components/field.tsx';
import { Empty } from '../../components/states.tsx';
import { counted, day, money, percent } from '../../format.ts';
import { Triangle } from './triangle.tsx';

type Counted = NonNullable<Cohorts['triangle']>;

const STAYED: Readonly<Record<Counted['staying'], string>> = {
  ordered: 'Share who ordered',
  'under-contract': 'Share under contract',
};

/** Customers by when they came: who stayed, and what they brought, period by period. */
export function CohortTriangles({ cohorts: { triangle, currency } }: { cohorts: Cohorts }) {
  const [shown, setShown] = useState<'stayed' | 'revenue' | 'revenueSoFar'>('stayed');
  if (triangle === null) {
    return (
      <Empty title="Not to be said yet.">
        <p>Cohorts are counted when the models are trained, once a month or quarter with customers is over.</p>
      </Empty>
    );
  }
  return <Shown triangle={triangle} currency={currency} shown={shown} onShow={setShown} />;
}

function Shown({
  triangle,
  currency,
  shown,
  onShow,
}: {
  triangle: Counted;
  currency: string;
  shown: 'stayed' | 'revenue' | 'revenueSoFar';
  onShow: (shown: 'stayed' | 'revenue' | 'revenueSoFar') => void;
}) {
  const { until, period, staying, customers, older, cohorts } = triangle;
  const titles = {
    stayed: STAYED[staying],
    revenue: `Money a customer in the ${period}, ${currency}`,
    revenueSoFar: `Money a customer so far, ${currency}`,
  };
  const rows = useMemo(
    () =>
      cohorts.map((cohort) => ({ name: cohort.name, customers: cohort.customers, values: cohort[shown].map(Number) })),
    [cohorts, shown],
  );
  const show = useMemo(
    () => (shown === 'stayed' ? percent : (value: number) => money(value, currency)),
    [shown, currency],
  );
  return (
    <>
      <Choice
        label="Show"
        value={shown}
        options={(['stayed', 'revenue', 'revenueSoFar'] as const).map((value) => ({ value, label: titles[value] }))}
        onChange={onShow}
      />
      <Triangle
        title={`${titles[shown]}, by ${period} of the first ${staying === 'ordered' ? 'order' : 'contract'}`}
        period={period}
        rows={rows}
        // In the first period every customer is there by definition, and would take all the colour.
        from={shown === 'stayed' ? 1 : 0}
        show={show}
      />
      <p className="hint">
        {counted(customers, 'customer')} up to {day(until)}
        {older > 0 && `; ${counted(older, 'customer')} who came before ${cohorts[0]?.name} are left out`}.
      </p>
    </>
  );
}
