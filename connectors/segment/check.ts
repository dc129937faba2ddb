import type { CheckReport } from '../../core/ports/connector.ts';
import type { SegmentSettings } from './settings.ts';

const TIMEOUT_MS = 10_000;
/** Any id will do: an unknown one is answered with 404, a refused token with 401. */
const PROBE = 'user_id:staypower-check';

/**
 * Whether the credentials can work. The tracking API takes any write key without a word, and there is no call that reads with one,
 * so that of the key only its form is looked at; the Profile API token is tried where the space is known.
 * https://segment.com/docs/unify/profile-api/
 */
export async function check(
  settings: SegmentSettings,
  secrets: { writeKey: string; profileToken: string | null },
): Promise<CheckReport> {
  const problems: { what: string; remedy: string }[] = [];
  if (!/^[\w-]{8,}$/.test(secrets.writeKey)) {
    problems.push({
      what: 'The write key does not look like one: Segment’s are letters and digits, about 32 of them.',
      remedy: 'Copy it from Connections, Sources, your HTTP source, Settings, API Keys.',
    });
  }
  if (secrets.profileToken !== null) {
    const problem =
      settings.spaceId === null
        ? {
            what: 'A Profile API token is set, and no space to use it in.',
            remedy: 'Set "spaceId" of the connection (Unify, Unify settings, API access), or remove the token.',
          }
        : await checkProfiles(settings.profilesUrl, settings.spaceId, secrets.profileToken);
    if (problem) problems.push(problem);
  }
  return { account: settings.spaceId ?? new URL(settings.host).host, problems, callsLeftToday: null };
}

async function checkProfiles(
  url: string,
  spaceId: string,
  token: string,
): Promise<{ what: string; remedy: string } | null> {
  const address = `${url.replace(/\/+$/, '')}/v1/spaces/${encodeURIComponent(spaceId)}/collections/users/profiles/${encodeURIComponent(PROBE)}/traits`;
  const status = await fetch(address, {
    headers: { authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    () => 0,
  );
  if (status === 200 || status === 404) return null;
  if (status === 401 || status === 403) {
    return {
      what: `The Profile API refused the token (${status}).`,
      remedy: 'Make a new token of this space (Unify, Unify settings, API access) and set it in the environment.',
    };
  }
  return {
    what: status === 0 ? 'The Profile API did not answer.' : `The Profile API answered with ${status}.`,
    remedy: 'Check "region" and "profilesUrl" of the connection, then try again in a minute.',
  };
}
