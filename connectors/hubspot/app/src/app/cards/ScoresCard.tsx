import { hubspot } from '@hubspot/ui-extensions';
import { RecordScores } from './RecordScores.tsx';
import { serverAt } from './server.ts';

hubspot.extend<'crm.record.sidebar'>(({ context }) => (
  <RecordScores record={context.crm} server={serverAt(context.variables ?? {})} />
));
