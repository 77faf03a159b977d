/** Reads the bodies of an admin API, and says what is wrong with one. */
import express, { type RequestHandler } from 'express';
import { adminErrors } from './errors.ts';

/** Reads a JSON body, where there is one. */
export function readJsonBody(): RequestHandler {
  return express.json({ limit: '64kb' });
}

/** Why body-parser read nothing, by the type of its error (github.com/expressjs/body-parser). */
const FOUND: Record<string, string> = {
  'entity.parse.failed': 'a body that is not JSON',
  'entity.too.large': 'a body of more than 64 kB',
  'encoding.unsupported': 'a body in an unknown content-encoding',
  'charset.unsupported': 'a body in an unknown charset',
  'request.aborted': 'half a body',
  'request.size.invalid': 'a body of another length than announced',
};

/** ADMIN_BODY_UNREADABLE for an error of the reading; any other as it is. */
export function withBodyError(error: unknown): unknown {
  const found = FOUND[(error as { type?: string } | undefined)?.type ?? ''];
  return found === undefined ? error : adminErrors.error('ADMIN_BODY_UNREADABLE', { found });
}
