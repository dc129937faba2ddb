import express, { type Request, type Response, type Router } from 'express';
import type { ZodObject, ZodType, z } from 'zod';
import { ConfigError, DataError, NotFittedError } from '../../core/domain/errors.ts';
import { isEnough, type Role } from '../../core/domain/roles.ts';
import { type Caller, callerOf, refuseRole } from './access.ts';

/** Statuses that an operation answers with where it refuses. */
export type RefusalStatus = 400 | 404 | 409;

/**
 * One operation of the API: what it takes and gives. Requests are checked by it, and the OpenAPI document and the client are made of
 * it, so that none of the three can differ.
 */
export interface Operation<
  Params extends ZodObject = ZodObject,
  Query extends ZodObject = ZodObject,
  Body extends ZodType = ZodType,
  Answer extends ZodType = ZodType,
> {
  /** Unique; the client's method is called so. */
  id: string;
  method: 'get' | 'post' | 'delete';
  /** Below /v1, in Express's form: "/customers/:id". */
  path: string;
  summary: string;
  /** Least role of whoever calls it; what is left out is for viewers where it is a GET, and for admins else. */
  role?: Role;
  params?: Params;
  query?: Query;
  body?: Body;
  /** 200 unless it makes something (201). */
  status?: 200 | 201;
  answer: Answer;
  /** JSON unless it is a stream of events or a file. */
  media?: 'text/event-stream' | 'text/csv';
  refusals?: readonly RefusalStatus[];
}

/** Declares an operation, keeping the types of its schemas. */
export function operation<
  Params extends ZodObject = ZodObject<Record<never, never>>,
  Query extends ZodObject = ZodObject<Record<never, never>>,
  Body extends ZodType = ZodType<undefined>,
  Answer extends ZodType = ZodType,
>(declared: Operation<Params, Query, Body, Answer>): Operation<Params, Query, Body, Answer> {
  return declared;
}

/** Least role of whoever calls an operation. */
export function roleOf({ method, role }: Pick<Operation, 'method' | 'role'>): Role {
  return role ?? (method === 'get' ? 'viewer' : 'admin');
}

/** A request that cannot be answered, and why. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  readonly code: string;
  constructor(status: RefusalStatus, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What a handler may return: nothing it gives is changed. */
export type Answered<T> = T extends readonly (infer Item)[]
  ? readonly Answered<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Answered<T[Key]> }
    : T;

/** Bodies of the API are rows of facts at most. */
const MOST_BYTES = '2mb';

/** Serves an operation: checks who calls, and the request by its schemas; then asks the handler. Refuses with 400 naming what is wrong. */
export function serve<Params extends ZodObject, Query extends ZodObject, Body extends ZodType, Answer extends ZodType>(
  router: Router,
  declared: Operation<Params, Query, Body, Answer>,
  handler: (request: {
    params: z.output<Params>;
    query: z.output<Query>;
    body: z.output<Body>;
    caller: Caller;
  }) => Promise<Answered<z.output<Answer>>>,
): void {
  const needs = roleOf(declared);
  const answer = async (req: Request, res: Response) => {
    const caller = callerOf(res);
    if (!isEnough(caller.role, needs)) return refuseRole(res, needs);
    try {
      const params = read(declared.params, 'path', req.params) as z.output<Params>;
      const query = read(declared.query, 'query', req.query) as z.output<Query>;
      const body = read(declared.body, 'body', req.body) as z.output<Body>;
      res.status(declared.status ?? 200).json(await handler({ params, query, body, caller }));
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      res.status(refusal.status).json({ error: { code: refusal.code, message: refusal.message } });
    }
  };
  if (declared.body) router[declared.method](declared.path, express.json({ limit: MOST_BYTES }), unreadable, answer);
  else router[declared.method](declared.path, answer);
}

function read(schema: ZodType | undefined, where: string, value: unknown): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || where}: ${issue.message}`);
  throw new Refusal(400, 'bad-request', problems.join('; '));
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  if (error instanceof DataError) return new Refusal(400, error.code, error.message);
  // What the caller cannot mend by another request: a model or a key must be there first.
  if (error instanceof NotFittedError || error instanceof ConfigError)
    return new Refusal(409, error.code, error.message);
  return null;
}

/** A body that is not JSON, or too large. */
function unreadable(error: unknown, _req: Request, res: Response, next: (error?: unknown) => void): void {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 400 || status === 413) {
    const message = status === 413 ? `The body is above ${MOST_BYTES}: send it in parts.` : 'The body is not JSON.';
    res.status(status).json({ error: { code: 'bad-request', message } });
  } else next(error);
}
