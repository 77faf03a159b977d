/** What is answered when there is no answer: as the monolith where clients see it, as a problem otherwise. */
import type { NextFunction, Request, Response } from 'express';
import { describeError, KitError, type Logger, messageOf } from 'strangler-kit/chassis';

/** No such path. */
export function notFound(_request: Request, response: Response): void {
  response.status(404).json({ ERR: 'no such endpoint' });
}

/** A request that cannot be read is 400 as in the monolith; anything else is a problem with its code. */
export function failed(log: Logger) {
  return (error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    const status = (error as { status?: unknown } | undefined)?.status;
    const unreadable =
      !(error instanceof KitError) && typeof status === 'number' && status >= 400 && status < 500;
    if (!unreadable)
      log.error('request failed', { error: messageOf(error), code: describeError(error).code });
    if (response.headersSent) return void response.destroy();
    if (unreadable) return void response.status(status).json({ Error: 'bad request' });
    const { status: told, code, message, remedy } = describeError(error);
    response.status(told).json({ code, message, remedy });
  };
}
