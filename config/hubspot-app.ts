import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountReader } from '../connectors/hubspot/pull-accounts.ts';
import { contactReader } from '../connectors/hubspot/pull-contacts.ts';
import { transactionReaders } from '../connectors/hubspot/pull-transactions.ts';
import { scopesOf } from '../connectors/hubspot/scopes.ts';
import { ENGAGEMENT_OBJECTS, hubspotSettingsSchema } from '../connectors/hubspot/settings.ts';

const ROOT = join(import.meta.dirname, '..');
/** Where the HubSpot project has its app. */
export const APP_FOLDER = join(ROOT, 'connectors/hubspot/app/src/app');

/** Everything that an account may be set to read, since an app asks for what any of its accounts may need. */
const SETTINGS = hubspotSettingsSchema.parse({ orders: {}, engagementObjects: [...ENGAGEMENT_OBJECTS] });
/** Read, but never told by a webhook: they never change, or HubSpot takes no subscription to them. */
const NOT_TOLD = ['createdate', 'hs_is_closed_won', 'hs_merged_object_ids'];

/** Files of the HubSpot app that follow from the connector, by their path below APP_FOLDER. */
export function generatedAppFiles(): ReadonlyMap<string, string> {
  const scopes = scopesOf(SETTINGS);
  const files: readonly (readonly [path: string, text: string])[] = [
    ['app-hsmeta.json', JSON.stringify(appMeta(scopes))],
    ['webhooks/webhooks-hsmeta.json', JSON.stringify(WEBHOOKS)],
    [
      'settings/scopes.ts',
      `/** What the app asks for, and why. Made of connectors/hubspot/scopes.ts by "npm run build:hubspot-app". */
export const SCOPES: readonly { name: string; why: string; optional: boolean }[] = ${JSON.stringify(scopes)};`,
    ],
  ];
  return new Map(files.map(([path, text]) => [path, formatted(path, text)]));
}

/** https://developers.hubspot.com/docs/apps/developer-platform/build-apps/app-configuration */
function appMeta(scopes: ReturnType<typeof scopesOf>) {
  const named = (optional: boolean) => scopes.filter((scope) => scope.optional === optional).map(({ name }) => name);
  return {
    uid: 'staypower',
    type: 'app',
    config: {
      name: 'Staypower',
      description: 'What a customer is worth, how likely they are to leave, how engaged they are, and what to do next.',
      distribution: 'private',
      auth: {
        type: 'oauth',
        redirectUrls: [`${variable('STAYPOWER_URL')}/oauth/hubspot/callback`],
        requiredScopes: named(false),
        optionalScopes: named(true),
        conditionallyRequiredScopes: [],
      },
      permittedUrls: { fetch: [variable('STAYPOWER_URL')], iframe: [], img: [] },
    },
  };
}

const changes = (objectType: string, properties: readonly string[]) => [
  ...['object.creation', 'object.deletion', 'object.merge', 'object.restore'].map((subscriptionType) => ({
    subscriptionType,
    objectType,
    active: true,
  })),
  ...properties
    .filter((name) => !NOT_TOLD.includes(name))
    .map((propertyName) => ({
      subscriptionType: 'object.propertyChange',
      objectType,
      propertyName,
      active: true,
    })),
];

/** https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks */
const WEBHOOKS = {
  uid: 'staypower_webhooks',
  type: 'webhooks',
  config: {
    settings: {
      targetUrl: `${variable('STAYPOWER_URL')}/webhooks/hubspot/${variable('STAYPOWER_CONNECTION')}`,
      maxConcurrentRequests: 10,
    },
    subscriptions: {
      crmObjects: [
        ...changes('contact', contactReader(SETTINGS).properties),
        ...changes('company', accountReader().properties),
        ...changes(
          'deal',
          transactionReaders(SETTINGS, 'USD').flatMap(({ object, properties }) =>
            object === 'deals' ? properties : [],
          ),
        ),
      ],
      hubEvents: [{ subscriptionType: 'contact.privacyDeletion', active: true }],
    },
  },
};

/** As HubSpot's command line fills it in from the project's profile. */
function variable(name: string): string {
  return `\${${name}}`;
}

function formatted(path: string, text: string): string {
  return execFileSync('biome', ['format', `--stdin-file-path=${join(APP_FOLDER, path)}`], {
    input: text,
    encoding: 'utf8',
    cwd: ROOT,
  });
}

if (import.meta.main) {
  for (const [path, text] of generatedAppFiles()) writeFileSync(join(APP_FOLDER, path), text);
}
