import type { Response } from 'express';
import { note } from '../kernel/http.ts';
import type { ObjectType } from './catalogue.ts';
import { HubSpotError } from './errors.ts';
import { answer, type CrmRecord, type Portal } from './portal.ts';

interface Filter {
  propertyName: string;
  operator: string;
  value?: string;
  highValue?: string;
  values?: string[];
}

const MOST_RESULTS = 10_000;
const MOST_ROWS = 200;
const MOST_BODY_CHARACTERS = 3_000;

/** HubSpot's search: filters, one sort, pages of at most 200, nothing past 10,000, archived records never. */
export function search(portal: Portal, type: ObjectType, body: Record<string, unknown>, res: Response): void {
  if (JSON.stringify(body).length > MOST_BODY_CHARACTERS)
    throw refused('The request body is larger than 3000 characters');
  const limit = Number(body['limit'] ?? 10);
  const after = Number(body['after'] ?? 0);
  if (!(limit >= 0 && limit <= MOST_ROWS)) throw refused(`limit must be at most ${MOST_ROWS}, got ${limit}`);
  if (!Number.isInteger(after)) throw refused('after must be an integer');
  if (after + limit > MOST_RESULTS)
    throw refused(`The 'after' value, when added to the limit, must not exceed ${MOST_RESULTS}`);
  const groups =
    (body['filterGroups'] as { filters: Filter[] }[] | undefined) ??
    (body['filters'] ? [{ filters: body['filters'] as Filter[] }] : []);
  if (
    groups.length > 5 ||
    groups.some((group) => group.filters.length > 6) ||
    groups.flatMap((group) => group.filters).length > 18
  ) {
    throw refused('Too many filters: at most 5 groups of 6 filters, 18 in all');
  }
  const sorts = (body['sorts'] as (string | { propertyName: string; direction?: string })[] | undefined) ?? [];
  if (sorts.length > 1) throw refused('Only one sort is supported');

  const known = portal.properties.all(type);
  const matches = groups.map((group) =>
    group.filters.map((filter) => compile(filter, known.get(filter.propertyName)?.type)),
  );
  const found: CrmRecord[] = [];
  for (const record of portal.records(type).values()) {
    if (record.archived) continue;
    if (matches.length === 0 || matches.some((filters) => filters.every((test) => test(record.properties))))
      found.push(record);
  }
  const [sort] = sorts;
  const property = typeof sort === 'string' ? sort : (sort?.propertyName ?? 'hs_object_id');
  const direction = typeof sort === 'object' && sort.direction === 'DESCENDING' ? -1 : 1;
  const keyFor = comparable(known.get(property)?.type);
  found.sort((a, b) => {
    const left = keyFor(a.properties[property] ?? '');
    const right = keyFor(b.properties[property] ?? '');
    return (left < right ? -1 : left > right ? 1 : Number(a.id) - Number(b.id)) * direction;
  });
  const page = found.slice(after, after + limit);
  note(res, { operation: 'search', object: type, ids: page.map((record) => record.id) });
  res.json({
    total: found.length,
    results: page.map((record) => answer(type, record, (body['properties'] as string[] | undefined) ?? [])),
    ...(after + limit < found.length && { paging: { next: { after: String(after + limit) } } }),
  });
}

function refused(message: string): HubSpotError {
  return new HubSpotError(400, 'VALIDATION_ERROR', message);
}

/** Numbers and times compare as numbers, everything else as text. */
function comparable(type: string | undefined): (text: string) => number | string {
  if (type === 'number') return (text) => (text === '' ? Number.NEGATIVE_INFINITY : Number(text));
  if (type === 'datetime' || type === 'date') {
    return (text) => (text === '' ? Number.NEGATIVE_INFINITY : /^\d+$/.test(text) ? Number(text) : Date.parse(text));
  }
  return (text) => text.toLowerCase();
}

function compile(filter: Filter, type: string | undefined): (properties: Record<string, string>) => boolean {
  if (type === undefined)
    throw refused(`There was a problem with the request: property "${filter.propertyName}" does not exist`);
  const keyFor = comparable(type);
  const read = (properties: Record<string, string>) => properties[filter.propertyName] ?? '';
  const wanted = keyFor(filter.value ?? '');
  const list = new Set((filter.values ?? []).map(keyFor));
  const compare = (test: (value: number | string) => boolean) => (properties: Record<string, string>) =>
    read(properties) !== '' && test(keyFor(read(properties)));
  switch (filter.operator) {
    case 'EQ':
      return compare((value) => value === wanted);
    case 'NEQ':
      return (properties) => keyFor(read(properties)) !== wanted;
    case 'LT':
      return compare((value) => value < wanted);
    case 'LTE':
      return compare((value) => value <= wanted);
    case 'GT':
      return compare((value) => value > wanted);
    case 'GTE':
      return compare((value) => value >= wanted);
    case 'BETWEEN': {
      const high = keyFor(filter.highValue ?? '');
      return compare((value) => value >= wanted && value <= high);
    }
    case 'IN':
      return compare((value) => list.has(value));
    case 'NOT_IN':
      return compare((value) => !list.has(value));
    case 'HAS_PROPERTY':
      return (properties) => read(properties) !== '';
    case 'NOT_HAS_PROPERTY':
      return (properties) => read(properties) === '';
    case 'CONTAINS_TOKEN':
      return (properties) => read(properties).toLowerCase().includes(String(wanted).replaceAll('*', ''));
    default:
      throw refused(`Unknown operator ${filter.operator}`);
  }
}
