/** Pure. What changes between the clients and one instance of an upstream, compiled from its `rewrite`. */
import type { RewriteConfig } from '../../chassis/config/schema/rewrite.ts';
import type { AnswerHead } from '../forwarding/forwarder.ts';
import type { Headers } from '../forwarding/request-headers.ts';
import { type CookieRules, cookieRules, rewriteCookie } from './cookie-attributes.ts';
import { type ClientOrigin, canonicalHost, rewriteLocation, type UpstreamNames } from './location.ts';
import { type ReplacePrefix, replacePrefix } from './path-prefix.ts';

/** The changes, both ways. */
export interface Rewrite {
  /** Path and query as the upstream gets them. A path that does not have the prefix stays as it is. */
  target(url: string): string;
  /** The request's headers as the upstream gets them. */
  request(headers: Headers): Headers;
  /** The answer's head as the client gets it; `asked`: the headers of the request before `request` changed them. */
  answer(head: AnswerHead, asked: Headers): AnswerHead;
  /** The same for headers alone, by lower-case name. */
  answerHeaders(headers: Headers, asked: Headers): Headers;
}

interface Rules {
  names: UpstreamNames | undefined;
  cookies: CookieRules | undefined;
}

/** Compiles the rewriting for the instance at `url`; undefined where nothing changes. */
export function compileRewrite(config: RewriteConfig, url: string): Rewrite | undefined {
  const instance = new URL(url);
  const host = hostOf(config, instance);
  const { strip = '', add = '' } = config.path ?? {};
  const toUpstream = config.path && replacePrefix(strip, add);
  const rules: Rules = {
    names: config.location ? namesOf(instance, host, strip, add) : undefined,
    cookies: cookieRules(config.cookieDomain, config.cookiePath),
  };
  if (host === undefined && !toUpstream && !rules.names && !rules.cookies) return undefined;
  return {
    target: (target) => (toUpstream === undefined ? target : rewriteTarget(target, toUpstream)),
    request: (headers) => (host === undefined ? headers : { ...headers, host }),
    answer: (head, asked) => rewriteHead(head, asked, rules),
    answerHeaders: (headers, asked) => rewriteHeaders(headers, asked, rules),
  };
}

/** Undefined: the client's. */
function hostOf({ host }: RewriteConfig, instance: URL): string | undefined {
  if (host === 'preserve') return undefined;
  return host === 'upstream' ? instance.host : host;
}

function namesOf(instance: URL, host: string | undefined, strip: string, add: string): UpstreamNames {
  const scheme = instance.protocol.slice(0, -1);
  const hosts = [instance.host];
  if (host !== undefined) hosts.push(canonicalHost(scheme, host) ?? host.toLowerCase());
  const base = instance.pathname.endsWith('/') ? instance.pathname.slice(0, -1) : instance.pathname;
  const own = base + add;
  return { scheme, hosts, toClient: own === strip ? undefined : replacePrefix(own, strip) };
}

function rewriteTarget(target: string, toUpstream: ReplacePrefix): string {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const replaced = toUpstream(path);
  return replaced === undefined ? target : replaced + target.slice(path.length);
}

function rewriteHead(head: AnswerHead, asked: Headers, rules: Rules): AnswerHead {
  let rawHeaders: string[] | undefined;
  for (let index = 0; index < head.rawHeaders.length; index += 2) {
    const value = head.rawHeaders[index + 1]!;
    const rewritten = rewriteValue(head.rawHeaders[index]!.toLowerCase(), value, asked, rules);
    if (rewritten === value) continue;
    rawHeaders ??= [...head.rawHeaders];
    rawHeaders[index + 1] = rewritten;
  }
  if (rawHeaders === undefined) return head;
  const { statusCode, statusMessage } = head;
  return { statusCode, statusMessage, rawHeaders, headers: rewriteHeaders(head.headers, asked, rules) };
}

const REWRITTEN = ['location', 'content-location', 'set-cookie'];

function rewriteHeaders(headers: Headers, asked: Headers, rules: Rules): Headers {
  const rewritten = { ...headers };
  for (const name of REWRITTEN) {
    const value = headers[name];
    if (value === undefined) continue;
    rewritten[name] = Array.isArray(value)
      ? value.map((one) => rewriteValue(name, one, asked, rules))
      : rewriteValue(name, value, asked, rules);
  }
  return rewritten;
}

function rewriteValue(name: string, value: string, asked: Headers, { names, cookies }: Rules): string {
  switch (name) {
    case 'location':
    case 'content-location':
      return names === undefined ? value : rewriteLocation(value, names, clientOrigin(asked));
    case 'set-cookie':
      return cookies === undefined ? value : rewriteCookie(value, cookies);
    default:
      return value;
  }
}

/** X-Forwarded-* are ours by now, or from trusted peers: the first of several is what the client used. */
function clientOrigin({ 'x-forwarded-proto': proto, 'x-forwarded-host': host }: Headers): ClientOrigin {
  return { scheme: firstOf(proto)?.toLowerCase() === 'https' ? 'https' : 'http', host: firstOf(host) };
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return value === undefined ? undefined : String(value).split(',', 1)[0]!.trim();
}
