/** Pure. What of a request's head keeps it from being let in, whatever its target. */
import type { RefusalCode } from './errors.ts';
import type { AdmissionRules } from './rules.ts';
import { asksForWebSocket } from './upgrade-head.ts';

/** The head as Node parses it. */
export interface RequestHead {
  method?: string | undefined;
  httpVersion?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  rawHeaders: readonly string[];
}

const HOST = /^(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** As Node looks for it. */
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

/** Whether an Expect asks for what nobody can promise. Node asks it of each request but upgrades. */
export function isUnknownExpectation(expect: string | string[] | undefined): boolean {
  return expect !== undefined && !CONTINUE.test(String(expect));
}

/** Undefined: nothing. */
export function headProblem(head: RequestHead, rules: AdmissionRules): RefusalCode | undefined {
  const { method, rawHeaders, httpVersion } = head;
  if (method === 'TRACE' || method === 'CONNECT') return 'METHOD_REFUSED';
  if (rawHeaders.length > rules.limits.headers * 2) return 'HEADERS_TOO_LARGE';
  if (httpVersion !== '1.1' && isOldFraming(head)) return 'FRAMING_REFUSED';
  const coding = head.headers['transfer-encoding'];
  // Another coding would be lost: this hop is what it was for.
  if (coding !== undefined && !/^chunked$/i.test(coding as string)) return 'FRAMING_REFUSED';
  if (asksForWebSocket(head)) {
    // The upstream would wait for a body that is never sent on, and take the next bytes for it.
    if (hasBody(head)) return 'UPGRADE_WITH_BODY';
    if (isUnknownExpectation(head.headers.expect)) return 'EXPECTATION_UNKNOWN';
  }
  if (rules.getBodies === 'reject' && (method === 'GET' || method === 'HEAD') && hasBody(head)) {
    return 'BODY_UNEXPECTED';
  }
  if (rules.underscoreHeaders === 'reject' && hasUnderscore(rawHeaders)) return 'HEADER_REFUSED';
  return hostProblem(head, rules);
}

/** HTTP/0.9 has no headers, and in HTTP/1.0 there are no chunks. */
function isOldFraming({ httpVersion, headers }: RequestHead): boolean {
  return httpVersion !== '1.0' || headers['transfer-encoding'] !== undefined;
}

function hasBody({ headers }: RequestHead): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Node keeps the first of several Host headers; an upstream may keep another. HTTP/1.0 needs none. */
function hostProblem(
  { headers, rawHeaders }: RequestHead,
  { hosts }: AdmissionRules,
): RefusalCode | undefined {
  const host = headers.host as string | undefined;
  if (host === undefined) return hosts === undefined ? undefined : 'HOST_UNKNOWN';
  if (!HOST.test(host) || countHosts(rawHeaders) > 1) return 'HOST_INVALID';
  return hosts === undefined || serves(hosts, host) ? undefined : 'HOST_UNKNOWN';
}

function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

function hasUnderscore(rawHeaders: readonly string[]): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]!.includes('_')) return true;
  }
  return false;
}

function serves(hosts: readonly string[], host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return hosts.some((one) => (one.startsWith('*.') ? name.endsWith(one.slice(1)) : name === one));
}
