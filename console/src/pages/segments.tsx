import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Choice } from '../components/field.tsx';
import { Page, Section } from '../components/page.tsx';
import { Loaded } from '../components/states.tsx';
import { day } from '../format.ts';
import { useClient } from '../session/session-context.ts';
import { CohortForecast } from './segments/cohort-forecast.tsx';
import { CohortTriangles } from './segments/cohorts.tsx';
import { Concentration } from './segments/concentration.tsx';
import { Groups } from './segments/groups.tsx';
import { Moves } from './segments/moves.tsx';
import { RfmGrid } from './segments/rfm-grid.tsx';

const SPANS = ['7', '30', '90', '365'] as const;

/** The book by segment and by cluster, the grid that segments come from, who moved between them, and customers by when they came. */
export default function SegmentsPage() {
  const client = useClient();
  const segments = useQuery({ queryKey: ['segments'], queryFn: () => client.listSegments() });
  const [days, setDays] = useState<(typeof SPANS)[number]>('30');
  const moves = useQuery({
    queryKey: ['segment-moves', days],
    queryFn: () => client.getSegmentMoves({ days: Number(days) }),
    placeholderData: keepPreviousData,
  });
  const cohorts = useQuery({ queryKey: ['cohorts'], queryFn: () => client.getCohorts() });
  return (
    <Page title="Segments">
      <Loaded query={segments} what="the segments">
        {(report) => (
          <>
            <p className="hint">As of {day(report.asOf)}. Money: the next 12 months.</p>
            <Section
              title="Segments"
              hint="The gain is a tenth of the value at risk: what it brings if one in ten of those who would leave stays, an assumption. The lapsed have left already."
            >
              <Groups groups={report.segments} currency={report.currency} link />
            </Section>
            {report.concentration.length > 0 && (
              <Section
                title="Concentration"
                hint="How much of the expected value hangs on how few: the more, the more it matters to keep just these."
              >
                <Concentration parts={report.concentration} />
              </Section>
            )}
            <Loaded query={moves} what="the grid and the moves">
              {(shown) => (
                <>
                  <Section
                    title="Where segments come from"
                    hint="Buyers by how lately they bought, and by how often and how much. Choose one to list its segment."
                  >
                    <RfmGrid grid={shown.grid} names={shown.names} />
                  </Section>
                  <Section
                    title={`Moved since ${day(shown.since)}`}
                    hint="Customers by the segment that they were in and are in."
                  >
                    <Choice
                      label="Compared with"
                      value={days}
                      options={SPANS.map((value) => ({ value, label: `${value} days before` }))}
                      onChange={setDays}
                    />
                    <Moves moves={shown} />
                  </Section>
                </>
              )}
            </Loaded>
            <Loaded query={cohorts} what="the cohorts">
              {(counted) => (
                <div className="columns">
                  <Section title="Cohorts" hint="Customers by when they came, followed since.">
                    <CohortTriangles cohorts={counted} />
                  </Section>
                  <Section
                    title="Forecast and actual"
                    hint="What the value model said of customers when a window of the past began, fitted to what was known then."
                  >
                    <CohortForecast cohorts={counted} />
                  </Section>
                </div>
              )}
            </Loaded>
            {report.clusters.length > 0 && (
              <Section
                title="Customers who behave alike"
                hint="Clusters by what customers do, most expected value first."
              >
                <Groups groups={report.clusters} currency={report.currency} />
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
