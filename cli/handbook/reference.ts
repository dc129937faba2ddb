import { shippedPlaybooks } from '../../config/playbook-files.ts';
import { PROPERTY_PREFIX } from '../../connectors/hubspot/mapping.ts';
import { apiNameOf } from '../../connectors/salesforce/mapping.ts';
import type { FieldDefinition, FieldType } from '../../core/domain/fields.ts';
import { ruleInWords } from '../../core/playbooks/rule-in-words.ts';
import { PROVISIONED_FIELDS } from '../../core/scores/fields.ts';
import { OPERATIONS } from '../../webhooks/api/contract/index.ts';
import { roleOf } from '../../webhooks/api/operation.ts';
import { commandPages } from './commands-reference.ts';
import type { HandbookPage } from './markdown.ts';
import { table } from './markdown-table.ts';
import { modelPages } from './models-reference.ts';
import { settingsReference } from './settings-reference.ts';

/** Pages that are made of what the product itself goes by, so that they cannot differ from it. */
export async function referencePages(): Promise<readonly HandbookPage[]> {
  return [
    fieldsReference(),
    await playbooksReference(),
    settingsReference(),
    apiReference(),
    ...commandPages(),
    ...modelPages(),
  ];
}

function fieldsReference(): HandbookPage {
  const rows = PROVISIONED_FIELDS.map((field) => [
    field.label,
    `\`${PROPERTY_PREFIX}${field.name}\``,
    `\`${apiNameOf(field)}\``,
    carriersOf(field),
    `${field.description} ${kindOf(field.type)}`,
  ]);
  return page('fields', 'Fields', [
    'The fields that `staypower provision` creates on records. Segment has the traits under the names of HubSpot.',
    table(['label', 'HubSpot', 'Salesforce', 'on', 'what it says'], rows),
  ]);
}

function carriersOf({ on = ['contact', 'account'] }: FieldDefinition): string {
  return on.map((carrier) => (carrier === 'account' ? 'accounts, companies' : `${carrier}s`)).join(', ');
}

function kindOf(type: FieldType): string {
  switch (type.type) {
    case 'number':
      return `A number with ${type.scale} decimals.`;
    case 'enum':
      return `One of: ${type.options.map(({ value }) => value).join(', ')}.`;
    case 'text':
    case 'longText':
      return `Text, at most ${type.maxLength} characters.`;
    case 'day':
      return 'A day.';
    case 'instant':
      return 'A moment.';
  }
}

async function playbooksReference(): Promise<HandbookPage> {
  const shipped = await shippedPlaybooks();
  return page('playbooks', 'Playbooks', [
    'The playbooks that come with the product, with their rules in words. `staypower playbooks list` says the same of yours.',
    ...shipped.flatMap((playbook) => [
      `## ${playbook.name}`,
      playbook.description,
      ruleInWords(playbook)
        .map((sentence) => `- ${sentence}`)
        .join('\n'),
    ]),
  ]);
}

function apiReference(): HandbookPage {
  const rows = OPERATIONS.map((each) => [
    `\`${each.method.toUpperCase()} /v1${each.path.replace(/:(\w+)/g, '{$1}')}\``,
    roleOf(each),
    each.summary,
  ]);
  return page('api', 'API', [
    'What `serve` answers below /v1, to a bearer token, a key or a session. `/v1/openapi.json` has every parameter and answer.',
    table(['operation', 'least role', 'what it does'], rows),
  ]);
}

function page(name: string, title: string, parts: readonly string[]): HandbookPage {
  return { name, title, markdown: [`# ${title}`, ...parts].join('\n\n') };
}
