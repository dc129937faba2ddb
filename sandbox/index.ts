/** The other side: local Salesforce, HubSpot and Segment on loopback ports, for the demo and the tests. */
import { createHubSpot, seedHubSpot } from './hubspot/index.ts';
import { serveVendor } from './kernel/http.ts';
import { createKernel } from './kernel/kernel.ts';
import type { Sandbox, SandboxOptions } from './kernel/types.ts';
import { createSalesforce, seedSalesforce } from './salesforce/index.ts';
import type { World } from './seed/world.ts';
import { createSegment, seedSegment } from './segment/index.ts';

export { CREDENTIALS } from './credentials.ts';

/** Starts the sandbox; a world is put in only when no earlier run left its state. */
export async function startSandbox(options: SandboxOptions, world: World | null): Promise<Sandbox> {
  const kernel = createKernel(options);
  const salesforce = createSalesforce(kernel, options);
  const hubspot = createHubSpot(kernel, options);
  const segment = createSegment(kernel, options);
  if (world && !kernel.resumed) {
    seedSalesforce(kernel, world);
    seedHubSpot(kernel, world);
    seedSegment(kernel, world);
    kernel.flush();
  }
  const served = {
    salesforce: await serveVendor(kernel, salesforce, options.ports?.salesforce ?? 0),
    hubspot: await serveVendor(kernel, hubspot, options.ports?.hubspot ?? 0),
    segment: await serveVendor(kernel, segment, options.ports?.segment ?? 0),
  };
  const pubSub = await salesforce.servePubSub(options.ports?.pubSub ?? 0);
  return {
    pubSubUrl: pubSub.url,
    urls: { salesforce: served.salesforce.url, hubspot: served.hubspot.url, segment: served.segment.url },
    close: async () => {
      await pubSub.close();
      await Promise.all([salesforce.close(), hubspot.close(), segment.close()]);
      await Promise.all(Object.values(served).map((each) => each.close()));
      kernel.close();
    },
  };
}
