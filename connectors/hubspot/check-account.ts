import { z } from 'zod';
import { AuthError, StaypowerError, VendorError } from '../../core/domain/errors.ts';
import type { CheckReport } from '../../core/ports/connector.ts';
import { API_VERSION } from './api-versions.ts';
import type { HubSpotClient } from './client.ts';
import type { ObjectName } from './mapping.ts';
import { accountSchema, pageSchema, usageSchema } from './replies.ts';

type Problem = CheckReport['problems'][number];

/** Scopes by object; activities go with contacts. */
const SCOPES: Readonly<Partial<Record<ObjectName, string>>> = {
  companies: 'crm.objects.companies.read',
  deals: 'crm.objects.deals.read',
  orders: 'crm.objects.orders.read',
  emails: 'crm.objects.contacts.read and sales-email-read',
  tickets: 'tickets',
};

/** Asks who the account is, whether every object can be read and our fields' definitions be seen, and how many calls are left. */
export async function checkAccount(
  client: HubSpotClient,
  objects: readonly ObjectName[],
  burst: { configured: number; granted(): number | null },
): Promise<CheckReport> {
  let account: string;
  try {
    const details = await client.call({
      method: 'GET',
      path: `/account-info/${API_VERSION}/details`,
      reply: accountSchema,
    });
    account = details.portalId;
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return { account: 'unknown', problems: [refusal(error)], callsLeftToday: null };
  }
  const probes = await Promise.all([
    ...objects.map((object) => probeObject(client, object)),
    ...(['contacts', 'companies'] as const).map((object) => probeSchema(client, object)),
  ]);
  return {
    account,
    problems: [...probes, tooFast(burst.configured, burst.granted())].filter((problem) => problem !== null),
    callsLeftToday: await callsLeft(client),
  };
}

function refusal(error: AuthError): Problem {
  if (error.remedy !== null) return { what: error.message, remedy: error.remedy };
  return {
    what: 'HubSpot refuses the access token.',
    remedy: 'Make a new service key or access token in HubSpot and set it in the environment.',
  };
}

/** Replies name the burst limit: a setting above it costs refused calls. */
function tooFast(configured: number, granted: number | null): Problem | null {
  if (granted === null || granted >= configured) return null;
  return {
    what: `HubSpot grants ${granted} calls in 10 seconds, the settings say ${configured}.`,
    remedy: `Set callsPer10Seconds to ${granted}.`,
  };
}

async function probeObject(client: HubSpotClient, object: ObjectName): Promise<Problem | null> {
  const scope = SCOPES[object] ?? 'crm.objects.contacts.read';
  return denied(
    () =>
      client.call({
        method: 'GET',
        path: `/crm/objects/${API_VERSION}/${object}`,
        query: { limit: '1' },
        reply: pageSchema,
      }),
    { what: `HubSpot does not let us read ${object}.`, remedy: `Give the app the scope ${scope}.` },
  );
}

async function probeSchema(client: HubSpotClient, object: 'contacts' | 'companies'): Promise<Problem | null> {
  return denied(
    () => client.call({ method: 'GET', path: `/crm/properties/${API_VERSION}/${object}/groups`, reply: z.unknown() }),
    {
      what: `HubSpot does not let us see the fields of ${object}.`,
      remedy: `Give the app the scopes crm.schemas.${object}.read and crm.schemas.${object}.write.`,
    },
  );
}

async function denied(probe: () => Promise<unknown>, problem: Problem): Promise<Problem | null> {
  try {
    await probe();
    return null;
  } catch (error) {
    if (error instanceof VendorError && error.status === 403) return problem;
    throw error;
  }
}

/** Calls left today; HubSpot counts them for private apps only. */
async function callsLeft(client: HubSpotClient): Promise<number | null> {
  try {
    const usage = await client.call({
      method: 'GET',
      path: `/account-info/${API_VERSION}/api-usage/daily/private-apps`,
      reply: usageSchema,
    });
    const [today] = usage.results;
    return today?.usageLimit == null ? null : Math.max(today.usageLimit - (today.currentUsage ?? 0), 0);
  } catch (error) {
    if (error instanceof StaypowerError) return null;
    throw error;
  }
}
