import type { NextFunction, Request, Response } from 'express';

/** One entry a request, written when the answer has gone or the client has. */
export function accessLog(log: (entry: object) => void) {
  return (req: Request, res: Response, next: NextFunction) => {
    const started = performance.now();
    res.once('close', () => {
      log({
        msg: 'request',
        method: req.method,
        url: req.originalUrl,
        status: res.statusCode,
        ms: Math.round((performance.now() - started) * 10) / 10,
        req_id: req.get('x-request-id'),
        ...(res.writableFinished ? {} : { aborted: true }),
      });
    });
    next();
  };
}
