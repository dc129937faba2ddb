import { generateWorld } from '../../sandbox/seed/generate.ts';
import { SECRETS, SEEDED, startOrg } from '../integration/salesforce-org.ts';
import { type SeededAccount, testConnector } from './test-connector.ts';

testConnector('salesforce', async (): Promise<SeededAccount> => {
  const world = generateWorld({ seed: 3, customers: 300, asOf: '2025-06-01' });
  const org = await startOrg(world);
  const objects = { contact: 'Contact', account: 'Account' };
  return {
    vendor: 'salesforce',
    world,
    url: org.url,
    createTaskPath: '/sobjects/Task$',
    connect: (clock) => org.connect({ settings: SEEDED, clock }),
    connectRefused: (clock) => org.connect({ secrets: { ...SECRETS, clientSecret: 'wrong' }, clock }),
    renameContact: async (externalId, lastName) => {
      await org.change('Contact', externalId, { LastName: lastName });
    },
    readField: async (kind, externalId, name) => {
      const field = `Staypower_${name.replace(/(^|_)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())}__c`;
      const [record] = await org.soql(`SELECT ${field} FROM ${objects[kind]} WHERE Id = '${externalId}'`);
      return (record?.[field] ?? null) as string | number | null;
    },
    countTasks: async (key) => {
      const tasks = await org.soql('SELECT Description FROM Task');
      return tasks.filter((task) => String(task['Description'] ?? '').includes(key)).length;
    },
    close: () => org.close(),
  };
});
