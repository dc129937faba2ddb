import { z } from 'zod';
import { configSchema } from '../../config/schema.ts';
import type { HandbookPage } from './markdown.ts';
import { table } from './markdown-table.ts';

/** What is read of a JSON schema (draft 2020-12). */
interface Schema {
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean | Schema;
  required?: readonly string[];
  default?: unknown;
}

/** Defaults that are longer, such as whole playbooks, are not printed. */
const LONGEST_DEFAULT = 60;

/** Every setting of `staypower.yaml` with what it takes and its default, made of the schema by which the file is checked. */
export function settingsReference(): HandbookPage {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Schema;
  const parts = Object.entries(schema.properties ?? {}).map(
    ([name, each]) => `## ${name}\n\n${settingsTable(rowsOf(name, each, isRequired(schema, name)))}`,
  );
  const title = 'Settings';
  const markdown = [
    `# ${title}`,
    'Every setting of `staypower.yaml`, as the file is checked. A dot goes into a block, `[]` is each entry of a list, with its vendor or its step between the brackets where entries differ by it. What has a default may be left out.',
    ...parts,
  ].join('\n\n');
  return { name: 'settings', title, markdown };
}

type Row = readonly [path: string, kind: string, usual: string];

function settingsTable(rows: readonly Row[]): string {
  return table(
    ['setting', 'takes', 'default'],
    rows.map(([path, kind, usual]) => [`\`${path}\``, kind, usual]),
  );
}

function rowsOf(path: string, schema: Schema, required: boolean): readonly Row[] {
  const own: Row = [path, kindOf(schema), defaultOf(schema, required)];
  return [own, ...rowsBelow(path, schema)];
}

function rowsBelow(path: string, schema: Schema): readonly Row[] {
  if (schema.items) {
    // Connections differ by vendor, steps by what they do: the constant that tells them apart stands in the brackets.
    const forms = formsOf(schema.items) ?? [schema.items];
    return forms.flatMap((form) => rowsBelow(`${path}[${nameOf(form)}]`, form));
  }
  const forms = formsOf(schema);
  if (forms) return forms.flatMap((form) => rowsBelow(path, form));
  return Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
    each.const === undefined ? rowsOf(`${path}.${name}`, each, isRequired(schema, name)) : [],
  );
}

function nameOf(form: Schema): string {
  const told = Object.values(form.properties ?? {}).find((each) => each.const !== undefined);
  return told ? String(told.const) : '';
}

function formsOf(schema: Schema): readonly Schema[] | undefined {
  return schema.anyOf ?? schema.oneOf;
}

function isRequired(schema: Schema, name: string): boolean {
  return schema.required?.includes(name) ?? false;
}

function defaultOf(schema: Schema, required: boolean): string {
  if (schema.default === undefined) return required ? 'required' : 'none';
  if (schema.type === 'object' && schema.properties !== undefined) return 'see below';
  const text = JSON.stringify(schema.default);
  return text.length > LONGEST_DEFAULT ? 'has one' : `\`${text}\``;
}

function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  const forms = formsOf(schema);
  if (forms) return [...new Set(forms.map(kindOf))].join(' or ');
  if (schema.type === 'array') return schema.items ? `list of ${kindOf(schema.items)}` : 'list';
  if (schema.type === 'object') return 'block';
  return schema.type === undefined ? 'anything' : [schema.type].flat().join(' or ');
}
