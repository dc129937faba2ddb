import { hubspot } from '@hubspot/ui-extensions';
import type { RecordView } from './record-view.ts';

/** Where the server is: variables of the project's profile. */
export interface ServerVariables {
  /** The https address of the server, without a slash at the end. */
  STAYPOWER_URL?: unknown;
  /** Id of this account's connection in the server's configuration. */
  STAYPOWER_CONNECTION?: unknown;
}

/** A record of HubSpot. */
export interface CrmRecord {
  objectId: number | string;
  objectTypeId: string;
}

/** What the card asks the server. HubSpot signs each request with the app's secret and adds who looks. */
export interface Server {
  /** @throws Error when there is no answer, or a refusal */
  view(record: CrmRecord): Promise<RecordView>;
  /** @throws Error when there is no answer, or a refusal */
  giveFeedback(objectId: number | string, verdict: 'useful' | 'wrong', note: string): Promise<void>;
}

/** Asks through HubSpot. */
export function serverAt({ STAYPOWER_URL: url, STAYPOWER_CONNECTION: connection }: ServerVariables): Server {
  const ask = async (path: string, query: Record<string, string>, body?: Record<string, unknown>) => {
    const search = new URLSearchParams({ ...query, connection: String(connection) });
    const response = await hubspot.fetch(
      `${String(url)}/hubspot/${path}?${search}`,
      body === undefined ? { method: 'GET' } : { method: 'POST', body },
    );
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return response;
  };
  return {
    view: async ({ objectId, objectTypeId }) => {
      const response = await ask('card', { objectTypeId, objectId: String(objectId) });
      return (await response.json()) as RecordView;
    },
    giveFeedback: async (objectId, verdict, note) => {
      await ask('feedback', {}, { objectId: String(objectId), verdict, note });
    },
  };
}
