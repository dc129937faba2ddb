import type { NextFunction, Request, Response } from 'express';
import { note } from '../kernel/http.ts';
import { errorBody, HubSpotError } from './errors.ts';

/** API versions on the same handlers: dated ones, and v3/v4. */
export const VERSION = ':version';
const KNOWN = /^(v3|v4|\d{4}-\d{2}(-beta)?)$/;

/** Wraps a handler: parses nothing, answers HubSpot's errors, and lets an unknown API version go on to 501. */
export function answering(handler: (req: Request, res: Response) => void | Promise<void>) {
  return async (req: Request, res: Response, next: NextFunction) => {
    const version = req.params['version'];
    if (typeof version === 'string' && !KNOWN.test(version)) return next();
    try {
      await handler(req, res);
    } catch (error) {
      if (!(error instanceof HubSpotError)) return next(error);
      note(res, { operation: 'free' });
      res.status(error.status).json(errorBody(error));
    }
  };
}

/** The JSON body of a request. */
export function bodyOf(req: Request): Record<string, unknown> {
  const text = Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '';
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Answered below, as HubSpot does.
  }
  throw new HubSpotError(400, 'VALIDATION_ERROR', 'Invalid input JSON on line 1, column 1');
}

/** The body of a request that is a JSON list. */
export function listBodyOf(req: Request): readonly unknown[] {
  const text = Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '';
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // Answered below, as HubSpot does.
  }
  throw new HubSpotError(400, 'VALIDATION_ERROR', 'Invalid input JSON on line 1, column 1');
}

/** A parameter of the path as text. */
export function param(req: Request, name: string): string {
  const value = req.params[name];
  return typeof value === 'string' ? value : '';
}

/** A comma-separated parameter of the query, which may also be repeated. */
export function listParam(req: Request, name: string): readonly string[] {
  const value = req.query[name];
  const texts = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return texts.flatMap((text) => String(text).split(',')).filter((text) => text !== '');
}
