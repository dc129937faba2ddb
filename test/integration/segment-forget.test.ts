import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createSegment, segmentSettingsSchema } from '../../connectors/segment/index.ts';
import { AuthError } from '../../core/domain/errors.ts';
import { CREDENTIALS } from '../../sandbox/credentials.ts';
import { type ServedVendor, serveVendor } from '../../sandbox/kernel/http.ts';
import { createKernel, type FullKernel } from '../../sandbox/kernel/kernel.ts';
import type { VendorSandbox } from '../../sandbox/kernel/types.ts';
import { createSegment as createSandbox } from '../../sandbox/segment/index.ts';
import { quietLogger } from './hubspot-portal.ts';

const OPTIONS = { stateDir: null, seed: 3 };
let kernel: FullKernel;
let vendor: VendorSandbox;
let served: ServedVendor;
beforeAll(async () => {
  kernel = createKernel(OPTIONS);
  vendor = createSandbox(kernel, OPTIONS);
  served = await serveVendor(kernel, vendor, 0);
});
afterEach(() => kernel.faults.clear());
afterAll(async () => {
  await vendor.close();
  await served.close();
  kernel.close();
});

const connect = (publicApiToken: string | null) =>
  createSegment(
    {
      connectionId: 'segment',
      clock: { now: () => new Date() },
      logger: quietLogger,
      timeZone: 'UTC',
      currency: 'EUR',
    },
    segmentSettingsSchema.parse({ host: served.url, profilesUrl: served.url, publicApiUrl: served.url }),
    { writeKey: CREDENTIALS.segment.writeKey, profileToken: null, publicApiToken },
  );
const asked = () =>
  kernel.log
    .since(0)
    .filter(({ path }) => path === '/regulations')
    .map(({ requestBody }) => JSON.parse(requestBody));

it('asks for nothing without a token of its own, and says that a wrong one is refused', async () => {
  expect(connect(null).forgetter).toBeNull();
  await expect(connect('wrong').forgetter?.forget(['user:ada'])).rejects.toThrow(AuthError);
});

it('throws what asking again would not mend as final', async () => {
  const plant = (status: number) =>
    kernel.faults.add({ vendor: 'segment', path: '/regulations', kind: 'status', status, times: 1, after: 0 });
  const { forgetter } = connect(CREDENTIALS.segment.publicApiToken);
  plant(422);
  await expect(forgetter?.forget(['user:ada'])).rejects.toMatchObject({ retry: 'never', status: 422 });
  await expect(forgetter?.forget(['user:ada'])).resolves.toBeUndefined();
});

it('has Segment delete and suppress users, and nobody who never said who they are', async () => {
  kernel.log.clear();
  const { forgetter, scores } = connect(CREDENTIALS.segment.publicApiToken);
  expect(['user:eve', 'anonymous:x'].map((id) => forgetter?.takes(id))).toEqual([true, false]);
  await forgetter?.forget(['user:eve']);
  expect(asked()).toEqual([{ regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID', subjectIds: ['eve'] }]);
  const before = kernel.counts()['segment.messages'] ?? 0;
  await scores?.write([
    { recordKind: 'contact', externalId: 'user:eve', parentExternalId: null, values: { engagement: 1 } },
  ]);
  expect(kernel.counts()['segment.messages'] ?? 0).toBe(before);
});
