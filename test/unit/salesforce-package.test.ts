import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedPackageFiles, PACKAGE_FOLDER } from '../../config/salesforce-package.ts';
import { API_VERSION } from '../../connectors/salesforce/api-versions.ts';
import { apiNameOf } from '../../connectors/salesforce/mapping.ts';
import { salesforceOAuth } from '../../connectors/salesforce/oauth.ts';
import { salesforceSettingsSchema } from '../../connectors/salesforce/settings.ts';
import { isCarriedBy } from '../../core/domain/fields.ts';
import { REMOVABLE_FIELDS } from '../../core/playbooks/provisioned-fields.ts';
import { readXml, type XmlElement } from '../../webhooks/inbound/xml.ts';

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
const metadata = filesBelow(PACKAGE_FOLDER).filter((path) => path.endsWith('-meta.xml'));
const read = (path: string) => readFileSync(join(PACKAGE_FOLDER, path), 'utf8');
const all = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.localName === name);
const textOf = (element: XmlElement, name: string) => all(element, name)[0]?.text;
const carried = (object: string, carrier: Parameters<typeof isCarriedBy>[0]) =>
  REMOVABLE_FIELDS.filter((field) => isCarriedBy(carrier, field)).map((field) => `${object}.${apiNameOf(field)}`);
const FIELDS = [...carried('Contact', 'contact'), ...carried('Account', 'account'), ...carried('Case', 'case')].sort();
/** Of a rep's word on a score. */
const FEEDBACK = 'Staypower_Feedback__c';
const FEEDBACK_FIELDS = ['Contact__c', 'Note__c', 'Verdict__c'].map((name) => `${FEEDBACK}.${name}`);

describe('the Salesforce package', () => {
  it('is made anew the same, byte for byte, with nothing left over from fields that are gone', () => {
    const made = generatedPackageFiles();
    for (const [path, text] of made) expect(read(path), path).toBe(text);
    const kept = filesBelow(PACKAGE_FOLDER).map((path) => relative(PACKAGE_FOLDER, path));
    const folders = /^(?:objects|permissionsets|reportTypes)\//;
    expect(kept.filter((path) => folders.test(path)).sort()).toEqual(
      [...made.keys()].filter((path) => folders.test(path)).sort(),
    );
  });

  it.each(metadata.map((path) => relative(PACKAGE_FOLDER, path)))(
    '%s is well formed, of the metadata namespace, and named by its root as its suffix says',
    (path) => {
      const root = readXml(read(path));
      expect(root.attributes.get('xmlns')).toBe('http://soap.sforce.com/2006/04/metadata');
      const suffix = /\.([A-Za-z]+)-meta\.xml$/.exec(path)?.[1] ?? '';
      const ROOTS: Readonly<Record<string, string>> = {
        object: 'CustomObject',
        field: 'CustomField',
        permissionset: 'PermissionSet',
        reportType: 'ReportType',
        listView: 'ListView',
        eca: 'ExternalClientApplication',
        ecaOauth: 'ExtlClntAppOauthSettings',
        js: 'LightningComponentBundle',
      };
      expect(root.localName).toBe(ROOTS[suffix]);
    },
  );

  it('has a field for every definition on every object that carries it, within what Salesforce takes', () => {
    const fields = metadata.filter((path) => path.endsWith('.field-meta.xml'));
    const names = fields.map((path) => {
      const root = readXml(readFileSync(path, 'utf8'));
      expect(textOf(root, 'label')?.length, path).toBeLessThanOrEqual(40);
      expect((textOf(root, 'inlineHelpText') ?? '').length, path).toBeLessThanOrEqual(510);
      expect((textOf(root, 'fullName') ?? '').replace(/__c$/, '').length, path).toBeLessThanOrEqual(40);
      return `${relative(PACKAGE_FOLDER, path).split('/')[1]}.${textOf(root, 'fullName')}`;
    });
    expect(names.sort()).toEqual([...FIELDS, ...FEEDBACK_FIELDS]);
  });

  it.each([
    ['Viewer', 'false', [], []],
    ['Rep', 'false', ['EditTask'], [FEEDBACK]],
    ['Admin', 'false', ['CreateCustomizeReports', 'ViewSetup'], []],
    // A step of a playbook may open a case; no record that somebody is scored by is ever made.
    ['Integration', 'true', ['ApiEnabled', 'EditTask'], ['Case']],
  ])('%s reads every field, edits: %s, and may no more than %s and make %s besides', (name, edits, user, makes) => {
    const set = readXml(read(`permissionsets/Staypower_${name}.permissionset-meta.xml`));
    const granted = all(set, 'fieldPermissions');
    const grants = granted.filter((each) => !textOf(each, 'field')?.startsWith(FEEDBACK));
    const words = granted.filter((each) => textOf(each, 'field')?.startsWith(FEEDBACK));
    expect(grants.map((each) => textOf(each, 'field'))).toEqual(FIELDS);
    expect(new Set(grants.map((each) => textOf(each, 'editable')))).toEqual(new Set([edits]));
    expect(new Set(grants.map((each) => textOf(each, 'readable')))).toEqual(new Set(['true']));
    expect(all(set, 'userPermissions').map((each) => textOf(each, 'name'))).toEqual(user);
    const objects = all(set, 'objectPermissions');
    expect(objects.filter((each) => textOf(each, 'allowDelete') === 'true')).toEqual([]);
    const made = objects.filter((each) => textOf(each, 'allowCreate') === 'true');
    expect(made.map((each) => textOf(each, 'object'))).toEqual(makes);
    // A rep says a word and sees their own; the integration reads all of them, and writes none.
    const saysOrReads = name === 'Rep' || name === 'Integration';
    expect(words.map((each) => textOf(each, 'field'))).toEqual(saysOrReads ? FEEDBACK_FIELDS : []);
    expect(words.every((each) => textOf(each, 'editable') === String(name === 'Rep'))).toBe(true);
    const ofWords = objects.filter((each) => textOf(each, 'object') === FEEDBACK);
    expect(ofWords.map((each) => textOf(each, 'viewAllRecords'))).toEqual(
      saysOrReads ? [String(name === 'Integration')] : [],
    );
    expect(objects.length).toBe({ Viewer: 0, Rep: 1, Admin: 0, Integration: 5 }[name]);
  });

  it('report types and list view name only fields that there are', () => {
    const texts = [
      { object: 'Contact', text: read('reportTypes/Staypower_Contacts.reportType-meta.xml') },
      { object: 'Account', text: read('reportTypes/Staypower_Accounts.reportType-meta.xml') },
      { object: 'Contact', text: read('objects/Contact/listViews/Staypower_At_Risk.listView-meta.xml') },
    ];
    const named = texts.flatMap(({ object, text }) =>
      [...text.matchAll(/Staypower_\w+__c/g)].map(([name]) => `${object}.${name}`),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !FIELDS.includes(name))).toEqual([]);
  });

  it('the app asks for the scopes that the connector asks for, and the components name the API version it speaks', () => {
    const scopes = textOf(
      readXml(read('extlClntAppOauthSettings/Staypower_oauth.ecaOauth-meta.xml')),
      'commaSeparatedOauthScopes',
    );
    const asked = salesforceOAuth(salesforceSettingsSchema.parse({}), { clientId: 'x', clientSecret: 'y' }).scopes;
    const inMetadata: Readonly<Record<string, string>> = { api: 'Api', refresh_token: 'RefreshToken' };
    expect(scopes?.split(', ')).toEqual(asked.map(({ name }) => inMetadata[name]));
    for (const name of ['staypowerScores', 'staypowerRecordView']) {
      expect(textOf(readXml(read(`lwc/${name}/${name}.js-meta.xml`)), 'apiVersion')).toBe(API_VERSION);
    }
    const project: unknown = JSON.parse(readFileSync(join(PACKAGE_FOLDER, '../../../sfdx-project.json'), 'utf8'));
    expect(project).toMatchObject({ sourceApiVersion: API_VERSION });
  });

  it('holds no secret: the consumer key and secret are made by the organisation', () => {
    for (const path of metadata)
      expect(readFileSync(path, 'utf8'), path).not.toMatch(/<consumer(?:Key|Secret)>|<certificate>/);
  });

  it('runs no code on the server: there is no Apex, and the component imports none', () => {
    const files = filesBelow(PACKAGE_FOLDER);
    expect(files.filter((path) => /\.(?:cls|trigger)(?:-meta\.xml)?$/.test(path))).toEqual([]);
    for (const path of files.filter((each) => each.endsWith('.js'))) {
      expect(readFileSync(path, 'utf8'), path).not.toContain('@salesforce/apex');
    }
  });
});
