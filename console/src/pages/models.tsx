import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Alarms } from '../components/alarms.tsx';
import { Page, Section } from '../components/page.tsx';
import { Empty, Loaded } from '../components/states.tsx';
import { useClient } from '../session/session-context.ts';
import { Card } from './models/card.tsx';
import { Monitoring } from './models/monitoring.tsx';
import { Registry } from './models/registry.tsx';

/** Which model makes the scores, which ones wait, what each was judged by, and how its scores fared since. */
export default function ModelsPage() {
  const client = useClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const registry = useQuery({ queryKey: ['registry'], queryFn: () => client.getRegistry() });
  return (
    <Page title="Models">
      <Alarms />
      <Loaded query={registry} what="the models">
        {({ models, promotions }) => {
          if (models.length === 0) {
            return (
              <Empty title="No model has been trained yet.">
                <p>
                  Run <code>staypower train</code>, or wait for the next cycle of <code>serve</code>.
                </p>
              </Empty>
            );
          }
          const champion = models.find(({ role }) => role === 'champion')?.version ?? null;
          const shown = models.find(({ version }) => version === (chosen ?? champion));
          return (
            <>
              <Section
                title="Champion and challengers"
                hint="The champion makes the scores. A challenger is trained beside it, judged by what came since, and takes its place when it is better."
              >
                <Registry models={models} promotions={promotions} shown={shown?.version ?? null} onShow={setChosen} />
              </Section>
              {shown && <Card model={shown} />}
              <Section
                title="How scores fared"
                hint="Churn risks and values that records showed, beside what came within the horizon; by the month in which they were shown."
              >
                <Monitoring />
              </Section>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
