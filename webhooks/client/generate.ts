import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../core/domain/json.ts';
import { openApiDocument } from '../api/openapi.ts';

/** Where the client is kept. */
export const CLIENT_FILE = join(import.meta.dirname, 'staypower-client.ts');

type Schema = { readonly [key: string]: Json };

interface DocumentedOperation {
  operationId: string;
  summary: string;
  parameters?: readonly { name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: Schema }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: { [status: string]: { content: { [media: string]: { schema: Schema } } } };
}

interface Document {
  paths: { [path: string]: { [method: string]: DocumentedOperation } };
  components: { schemas: { [name: string]: Schema } };
}

/** The text of the client: the types of the OpenAPI document, and one method for each of its operations. */
export function clientText(): string {
  const { paths, components } = openApiDocument() as unknown as Document;
  const types = Object.entries(components.schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema)};`);
  const methods = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => methodText(path, method, operation)),
  );
  const template = readFileSync(join(import.meta.dirname, 'template.ts.txt'), 'utf8');
  const text = template
    .replace('/** The part of the client that no operation changes. */', HEAD)
    .replace('// TYPES', types.join('\n'))
    .replace('  // METHODS', methods.join('\n\n'));
  return execFileSync('biome', ['format', `--stdin-file-path=${CLIENT_FILE}`], { input: text, encoding: 'utf8' });
}

const HEAD =
  '/** Client of the Staypower API, made from its OpenAPI document by "npm run build:client". Change nothing here. */';

function methodText(path: string, method: string, operation: DocumentedOperation): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const [answer] = Object.values(responses);
  const [media, { schema }] = Object.entries(answer?.content ?? {})[0] ?? ['', { schema: {} }];
  if (media === 'text/event-stream') {
    return `  /** ${summary} */
  ${operationId}(options: StreamOptions = {}): AsyncGenerator<Streamed<${typeOf(schema)}>> {
    return this.#stream('${path}', options);
  }`;
  }
  const inPath = parameters.filter((each) => each.in === 'path');
  const inQuery = parameters.filter((each) => each.in === 'query');
  const takes = inPath.map(({ name }) => `${name}: string`);
  if (requestBody) takes.push(`body: ${typeOf(requestBody.content['application/json'].schema)}`);
  if (inQuery.length > 0) {
    const fields = inQuery.map((each) => `${each.name}${each.required ? '' : '?'}: ${typeOf(each.schema)}`);
    // What must be said has no default.
    takes.push(`query: { ${fields.join('; ')} }${inQuery.some((each) => each.required) ? '' : ' = {}'}`);
  }
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => `\${encodeURIComponent(${name})}`);
  const gives = [...(inQuery.length > 0 ? ['query'] : []), ...(requestBody ? ['body'] : [])];
  return `  /** ${summary} */
  ${operationId}(${takes.join(', ')}): Promise<${typeOf(schema)}> {
    return this.${media === 'application/json' ? '#call' : '#text'}('${method.toUpperCase()}', ${'`'}${address}${'`'}${gives.length > 0 ? `, { ${gives.join(', ')} }` : ''});
  }`;
}

/** A JSON schema as a TypeScript type; throws for what it does not know, rather than write `unknown`. */
function typeOf(schema: Schema): string {
  const { $ref, anyOf, oneOf, enum: values, type } = schema;
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1);
  const union = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (union) return union.map(typeOf).join(' | ');
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (Array.isArray(type)) return type.map((each) => typeOf({ ...schema, type: each })).join(' | ');
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array': {
      const item = typeOf(schema['items'] as Schema);
      return item.includes('|') ? `(${item})[]` : `${item}[]`;
    }
    case 'object':
      return objectType(schema);
    default:
      throw new Error(`The client cannot say this schema in TypeScript: ${JSON.stringify(schema)}`);
  }
}

function objectType({ properties, required, additionalProperties }: Schema): string {
  if (properties === undefined) return `Record<string, ${typeOf(additionalProperties as Schema)}>`;
  const needed = new Set(required as readonly string[] | undefined);
  const fields = Object.entries(properties as { [name: string]: Schema }).map(
    ([name, schema]) => `${commentOf(schema)}${name}${needed.has(name) ? '' : '?'}: ${typeOf(schema)};`,
  );
  return `{\n${fields.join('\n')}\n}`;
}

function commentOf({ description }: Schema): string {
  return typeof description === 'string' ? `/** ${description} */\n` : '';
}

if (process.argv[1] === import.meta.filename) writeFileSync(CLIENT_FILE, clientText());
