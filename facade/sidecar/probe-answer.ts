/**
 * What a sidecar that leaves answers to those who ask how the application is. The application is well, but must not
 * be sent anything more: a facade goes on with an instance that its registry names no more while its probes pass.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PROBE_AGENT } from '../upstreams/health-probe.ts';

/** Passes everything on until it begins. */
export interface ProbeAnswer {
  begin(): void;
  /** Whether this was a probe, and is answered. */
  answers(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Facades are known by what they call themselves; others by the path, unless that is the application's front page. */
export function createProbeAnswer(path: string): ProbeAnswer {
  let leaving = false;
  return {
    begin: () => {
      leaving = true;
    },
    answers({ headers, url }, response) {
      if (!leaving) return false;
      if (headers['user-agent'] !== PROBE_AGENT && (path === '/' || url !== path)) return false;
      response.writeHead(503).end();
      return true;
    },
  };
}
