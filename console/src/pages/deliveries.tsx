import { Page, Section } from '../components/page.tsx';
import { DeliveryLog } from './deliveries/delivery-log.tsx';
import { Endpoints } from './deliveries/endpoints.tsx';

/** Who is told what happens, and whether they were. */
export default function DeliveriesPage() {
  return (
    <Page title="Deliveries">
      <Section
        title="Endpoints"
        hint="Addresses that are told what happens. One that keeps failing is switched off; sending again switches it on."
      >
        <Endpoints />
      </Section>
      <Section title="Log" hint="The last 100 messages, the newest first.">
        <DeliveryLog />
      </Section>
    </Page>
  );
}
