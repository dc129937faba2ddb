import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { APP_FOLDER, generatedAppFiles } from '../../config/hubspot-app.ts';
import type { RecordView as ShownView } from '../../connectors/hubspot/app/src/app/cards/record-view.ts';
import { changeEventSchema, wantedBy } from '../../connectors/hubspot/change-events.ts';
import type { SaveTaskOutcome } from '../../core/ports/save-tasks.ts';
import type { RecordView } from '../../core/scores/record-view.ts';

const read = (path: string) => JSON.parse(readFileSync(join(APP_FOLDER, path), 'utf8'));
/** Every part of the app: HubSpot finds them by the end of their names. */
const parts = readdirSync(APP_FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('-hsmeta.json') && !path.includes('node_modules'))
  .sort();

describe('the HubSpot app', () => {
  it('is made anew the same, byte for byte', () => {
    for (const [path, text] of generatedAppFiles()) {
      expect(readFileSync(join(APP_FOLDER, path), 'utf8'), path).toBe(text);
    }
  });

  it('names a dated version of the platform, and each part once', () => {
    expect(JSON.parse(readFileSync(join(APP_FOLDER, '../../hsproject.json'), 'utf8'))).toEqual({
      name: 'staypower',
      srcDir: 'src',
      platformVersion: '2026.09',
    });
    const uids = parts.map((path) => read(path).uid);
    expect(new Set(uids).size).toBe(uids.length);
    expect(parts.map((path) => [path.split('/').at(-2) ?? 'app', read(path).type])).toEqual(
      expect.arrayContaining([
        ['app', 'app'],
        ['cards', 'card'],
        ['settings', 'settings'],
        ['webhooks', 'webhooks'],
        ['workflow-actions', 'workflow-action'],
      ]),
    );
  });

  it('has every file that a part begins in', () => {
    const entrypoints = parts.flatMap((path) => read(path).config.entrypoint ?? []);
    expect(entrypoints).toHaveLength(2);
    for (const entrypoint of entrypoints) expect(existsSync(join(APP_FOLDER, '..', entrypoint)), entrypoint).toBe(true);
  });

  it('calls no other server than the one of the profile', () => {
    for (const path of parts) {
      const text = readFileSync(join(APP_FOLDER, path), 'utf8');
      expect(text.match(/https?:\/\//g) ?? [], path).toEqual([]);
      for (const [, name] of text.matchAll(/\$\{(\w+)\}/g)) {
        expect(['STAYPOWER_URL', 'STAYPOWER_CONNECTION']).toContain(name);
      }
    }
    expect(read('app-hsmeta.json').config.permittedUrls).toEqual({ fetch: [`\${STAYPOWER_URL}`], iframe: [], img: [] });
  });

  it('subscribes to nothing that the connector does not read', () => {
    const { subscriptions, settings } = read('webhooks/webhooks-hsmeta.json').config;
    // Below that HubSpot refuses the file.
    expect(settings.maxConcurrentRequests).toBeGreaterThan(5);
    const TYPE_IDS: Readonly<Record<string, string>> = { contact: '0-1', company: '0-2', deal: '0-3' };
    const all = [...subscriptions.crmObjects, ...subscriptions.hubEvents];
    expect(all.length).toBeGreaterThan(20);
    for (const { subscriptionType, objectType, propertyName, active } of all) {
      const event = changeEventSchema.parse({
        subscriptionType,
        objectTypeId: TYPE_IDS[objectType],
        objectId: 1,
        newObjectId: 2,
        propertyName,
      });
      const wanted = wantedBy(event, { appId: '7', propertiesOf: () => [propertyName] });
      expect([subscriptionType, wanted.length > 0, active]).toEqual([subscriptionType, true, true]);
    }
  });

  it('a workflow can branch on everything that may come of asking for a save task', () => {
    const { outputFields } = read('workflow-actions/open-save-task-hsmeta.json').config;
    const outcomes: Readonly<Record<SaveTaskOutcome, true>> = {
      queued: true,
      recent: true,
      'held-out': true,
      'no-consent': true,
      'no-score': true,
    };
    expect(outputFields[0].typeDefinition.options.map(({ value }: { value: string }) => value).sort()).toEqual(
      Object.keys(outcomes).sort(),
    );
  });

  it('the card draws the view that the server gives', () => {
    expectTypeOf<ShownView>().toEqualTypeOf<RecordView>();
  });
});
