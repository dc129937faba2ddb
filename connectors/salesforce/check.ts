import { z } from 'zod';
import { AuthError, ConfigError, StaypowerError } from '../../core/domain/errors.ts';
import type { CheckReport } from '../../core/ports/connector.ts';
import type { SalesforceClient } from './client.ts';
import { type Organisation, type PlainObject, planOf } from './object-source.ts';
import { opportunityObject } from './pull-opportunities.ts';

/** The limits that are looked at. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm */
export const limitsReply = z.object({ DailyApiRequests: z.object({ Max: z.number(), Remaining: z.number() }) });

/**
 * Whether the login works, which objects and fields it reaches and how many calls are left; reads only. What is wrong is reported,
 * never thrown.
 *
 * @param wanted objects that must be there; `ifThere` only those that some organisations lack
 */
export async function checkOrganisation(
  organisation: Organisation,
  wanted: readonly PlainObject[],
  ifThere: readonly PlainObject[],
): Promise<CheckReport> {
  const { client, describer } = organisation;
  const problems: { what: string; remedy: string }[] = [];
  const tell = (error: unknown) => {
    if (error instanceof ConfigError) {
      for (const { path, expected, remedy } of error.problems)
        problems.push({ what: `${path}: expected ${expected}`, remedy });
    } else if (error instanceof StaypowerError) {
      problems.push({
        what: error.message,
        remedy:
          (error instanceof AuthError ? error.remedy : null) ??
          REMEDIES[error.code] ??
          'Try again; if it stays, look at the message.',
      });
    } else throw error;
  };
  let account: string;
  let callsLeftToday: number | null;
  try {
    account = (await client.session()).organizationId;
    callsLeftToday = await callsLeft(client);
  } catch (error) {
    tell(error);
    return { account: '', problems, callsLeftToday: null };
  }
  for (const object of [...wanted, opportunityObject(organisation), ...ifThere]) {
    try {
      if (ifThere.some((each) => each === object) && (await describer.shapeOf(object.object)) === null) continue;
      await planOf(describer, object);
    } catch (error) {
      tell(error);
    }
  }
  return { account, problems, callsLeftToday };
}

const REMEDIES: Readonly<Record<string, string>> = {
  auth: 'Check the credentials in the environment and the app in Salesforce (Setup, External Client App Manager).',
  'rate-limit': 'Wait until calls are free again, or let other integrations use fewer.',
};

async function callsLeft(client: SalesforceClient): Promise<number | null> {
  const { body } = await client.call({ method: 'GET', path: '/limits' });
  const limits = limitsReply.safeParse(body);
  return limits.success ? limits.data.DailyApiRequests.Remaining : null;
}
