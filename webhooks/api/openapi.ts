import { type ZodObject, z } from 'zod';
import type { Json } from '../../core/domain/json.ts';
import { OPERATIONS } from './contract/index.ts';
import { errorBody, named } from './contract/schemas.ts';
import { event } from './contract/stream.ts';
import { type Operation, roleOf } from './operation.ts';

type JsonObject = { [key: string]: Json };

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request cannot be used; the message names what is wrong with it.',
  401: 'No token, or a wrong one.',
  403: 'The role is not enough, or the session’s token against forgery is missing.',
  404: 'There is no such thing.',
  409: 'Not possible yet; the message says what must be there first.',
  429: 'Too many requests; Retry-After says when to come back.',
};

/** The OpenAPI 3.1 document of everything below /v1, made of the schemas that requests are checked by. */
export function openApiDocument(): JsonObject {
  const paths: { [path: string]: JsonObject } = {};
  for (const each of OPERATIONS) {
    const path = each.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [each.method]: operationObject(each) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Staypower',
      version: '1',
      description:
        'Scores of customers and why they are so. Money is decimal strings, probabilities are 0..1, days are YYYY-MM-DD.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/v1' }],
    security: [{ token: [] }],
    paths,
    webhooks: {
      event: {
        post: {
          summary: 'What an endpoint is sent: signed by Standard Webhooks, once per event, in order per customer.',
          requestBody: { required: true, content: { 'application/json': { schema: referenceTo(event) } } },
          responses: {
            '2XX': { description: 'Taken.' },
            '410': { description: 'The endpoint is gone: it is disabled.' },
          },
        },
      },
    },
    components: { schemas: schemas(), securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

function operationObject(each: Operation): JsonObject {
  const refusals = [...(each.refusals ?? []), 401, 403, 429].sort((a, b) => a - b);
  const parameters = [...parametersOf(each.params, 'path'), ...parametersOf(each.query, 'query')];
  if (each.media === 'text/event-stream') {
    parameters.push({ name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } });
  }
  return {
    operationId: each.id,
    summary: each.summary,
    description: `For the role ${roleOf(each)} and above.`,
    ...(parameters.length > 0 && { parameters }),
    ...(each.body && {
      requestBody: { required: true, content: { 'application/json': { schema: referenceTo(each.body) } } },
    }),
    responses: {
      [String(each.status ?? 200)]: {
        description: each.media === 'text/event-stream' ? 'Events until the client goes.' : 'Done.',
        content: { [each.media ?? 'application/json']: { schema: referenceTo(each.answer) } },
      },
      ...Object.fromEntries(
        refusals.map((status) => [
          String(status),
          {
            description: REFUSALS[status] ?? '',
            content: { 'application/json': { schema: referenceTo(errorBody) } },
          },
        ]),
      ),
    },
  };
}

function parametersOf(schema: ZodObject | undefined, where: 'path' | 'query'): JsonObject[] {
  if (!schema) return [];
  const { properties, required } = plain(z.toJSONSchema(schema, { io: 'input' })) as {
    properties: { [name: string]: JsonObject };
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: required?.includes(name) ?? false,
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

/** A reference to a named schema. Throws where a contract forgot to name one: the client has no type for it then. */
function referenceTo(schema: z.ZodType): JsonObject {
  const id = named.get(schema)?.id;
  if (id === undefined)
    throw new Error('A body or an answer of the API has no name: use name() of contract/schemas.ts.');
  return { $ref: uriOf(id) };
}

function schemas(): JsonObject {
  const { schemas: all } = z.toJSONSchema(named, { uri: uriOf, io: 'input' });
  const entries = Object.entries(all).map(([id, schema]): [string, JsonObject] => [id, plain(schema)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function uriOf(id: string): string {
  return `#/components/schemas/${id}`;
}

/** A schema without what says where it came from: the document says that. */
function plain(schema: object): JsonObject {
  const copy = JSON.parse(JSON.stringify(schema)) as JsonObject;
  delete copy['$schema'];
  delete copy['$id'];
  return copy;
}
