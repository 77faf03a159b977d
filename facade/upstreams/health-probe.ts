/** Asks an instance for its health over HTTP, each time on a connection of its own: a full pool says nothing of it. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Probe } from './health-check.ts';

/** What a probe calls itself. */
export const PROBE_AGENT = 'strangler-health';

/** What is asked, and what passes; `timeout` in milliseconds until the answer's head. */
export interface HealthProbeOptions {
  /** Path and query; the instance's own path is not put in front. */
  path: string;
  timeout: number;
  /** Any 2xx where it is not given. */
  status?: number | undefined;
}

/** Makes a probe that passes when the answer's status is right; it rejects when none comes in time. */
export function createHealthProbe({ path, timeout, status }: HealthProbeOptions): Probe {
  return async (url, signal) => {
    const found = await statusOf(new URL(path, url), AbortSignal.any([signal, AbortSignal.timeout(timeout)]));
    return status === undefined ? found >= 200 && found <= 299 : found === status;
  };
}

function statusOf(url: URL, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const asked = request(url, { agent: false, signal, headers: { 'user-agent': PROBE_AGENT } });
  asked.once('response', (answer) => {
    resolve(answer.statusCode!);
    asked.destroy();
  });
  // Without an end: what comes after the answer is nobody's affair, and must not end the process.
  asked.on('error', reject);
  asked.once('upgrade', (_answer, socket) => {
    socket.destroy();
    reject(new Error('The instance changed the protocol unasked.'));
  });
  asked.end();
  return promise;
}
