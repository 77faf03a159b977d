/** What travels with each request: its id, its hops through gateways, and a line in the log at its end. */
import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { HOPS_HEADER, withHops } from 'strangler-kit/acl';
import {
  type Clock,
  type Logger,
  REQUEST_ID_HEADER,
  requestIdOf,
  withRequestId,
} from 'strangler-kit/chassis';

/** A middleware that sets the context and logs the request. */
export function requestContext({ log, clock }: { log: Logger; clock: Clock }) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const requestId = requestIdOf(request.headers[REQUEST_ID_HEADER], randomUUID);
    const started = clock.monotonic();
    response.once('close', () => {
      const { method, path } = request;
      const ms = Math.round((clock.monotonic() - started) * 10) / 10;
      const cut = !response.writableFinished;
      log.info('request', {
        requestId,
        method,
        path,
        status: response.statusCode,
        ms,
        ...(cut ? { cut } : {}),
      });
    });
    withRequestId(requestId, () => withHops(request.headers[HOPS_HEADER], () => next()));
  };
}
