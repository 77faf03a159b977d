import type { NextFunction, Request, Response } from 'express';
import { page } from './html.ts';

/** Nothing matched: JSON with 404 under /api, elsewhere an error page with status 200. */
export function notFound(req: Request, res: Response) {
  if (req.path.startsWith('/api/')) return void res.status(404).json({ ERR: 'no such endpoint' });
  res.send(page('Fehler', '<h1>Seite nicht gefunden</h1>'));
}

interface HttpError extends Error {
  status?: number;
}

/** A request that cannot be read is 400 (or 413) with JSON; whatever else fails is an HTML page with 500. */
export function failed(log: (entry: object) => void) {
  return (err: HttpError, req: Request, res: Response, _next: NextFunction) => {
    const status = err.status !== undefined && err.status >= 400 && err.status < 500 ? err.status : 500;
    if (status === 500) log({ level: 'error', method: req.method, url: req.originalUrl, error: err.message });
    if (res.headersSent) return void res.destroy();
    if (status < 500) return void res.status(status).json({ Error: 'bad request' });
    res
      .status(500)
      .send(page('Fehler', '<h1>Datenbankfehler</h1><p>Bitte später noch einmal versuchen.</p>'));
  };
}
