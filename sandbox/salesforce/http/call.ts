import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { note } from '../../kernel/http.ts';
import type { RequestNote } from '../../kernel/types.ts';
import { errorBody, jsonParserError, SalesforceError } from '../errors.ts';
import type { Org } from '../org/org.ts';

/** One request to the data API, let in by the gate. */
export interface Call {
  org: Org;
  req: Request;
  res: Response;
  /** The user the access token belongs to. */
  userId: string;
  /** `62.0`. */
  version: string;
  /** `/services/data/v62.0`. */
  basePath: string;
  /** Says what the request was, for the request log. */
  say(what: RequestNote): void;
}

/** Answers errors the vendor's way; anything unforeseen goes on to the kernel. */
export function answering(handler: (req: Request, res: Response) => void | Promise<void>): RequestHandler {
  return async (req: Request, res: Response, next: NextFunction) => {
    try {
      await handler(req, res);
    } catch (error) {
      if (!(error instanceof SalesforceError)) return next(error);
      // A refused request read and wrote nothing.
      note(res, { operation: 'free' });
      res.status(error.status).json(errorBody(error));
    }
  };
}

/** The body as text, whether or not something before has read it. */
export async function bodyText(req: Request): Promise<string> {
  const body: unknown = req.body;
  if (Buffer.isBuffer(body)) return body.toString('utf8');
  if (typeof body === 'string') return body;
  if (body !== undefined && body !== null) return JSON.stringify(body);
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/** The body as a JSON object. Throws 400 JSON_PARSER_ERROR for anything else. */
export async function jsonBody(req: Request): Promise<Record<string, unknown>> {
  const text = await bodyText(req);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw jsonParserError('The HTTP entity body is required to be valid JSON');
  }
  if (isObject(value)) return value;
  throw jsonParserError('The HTTP entity body is required to be a JSON object');
}

/** True for a JSON object, not for an array or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A path or query parameter as text; the empty text when absent. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
