/** Pure. The headers an answer is passed on with: the upstream's own, in its order and case, end-to-end only. */

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'http2-settings',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
]);

const P = 'p'.charCodeAt(0);

/** Headers an upstream cannot have removed by naming them in Connection. */
const NOT_NOMINABLE = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'set-cookie',
  'location',
]);

/** Name, value, name, value: from `rawHeaders` to what `writeHead` takes, with our request id and `added` at the end, in place of the upstream's of the same names; `ownsCors` drops its CORS headers. */
export function responseHeaders(
  raw: readonly string[],
  requestId: string,
  added: readonly string[],
  ownsCors = false,
): string[] {
  const nominated = nominatedIn(raw);
  const ours = added.length === 0 ? undefined : namesIn(added);
  const sent: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    if (HOP_BY_HOP.has(name) || isOfProxy(name)) continue;
    if (ours?.has(name)) continue;
    if (ownsCors && name.startsWith('access-control-')) continue;
    if (nominated?.has(name) && !NOT_NOMINABLE.has(name)) continue;
    sent.push(raw[index]!, raw[index + 1]!);
  }
  sent.push('x-request-id', requestId);
  for (const part of added) sent.push(part);
  return sent;
}

/** What the answer varies by, both sides say. */
function namesIn(headers: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (let index = 0; index < headers.length; index += 2) names.add(headers[index]!);
  names.delete('vary');
  return names;
}

/** What a proxy says to the one before it; `Proxy-Status` (RFC 9209) is for the client. */
function isOfProxy(name: string): boolean {
  return name.charCodeAt(0) === P && name.startsWith('proxy-') && name !== 'proxy-status';
}

/** For an answer that has no body (RFC 9110, 8.6): clients have waited for what its length announces. */
export function withoutLength(raw: readonly string[]): string[] {
  return raw.filter((_part, index) => raw[index - (index % 2)]!.toLowerCase() !== 'content-length');
}

function nominatedIn(raw: readonly string[]): Set<string> | undefined {
  let names: Set<string> | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!;
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    const value = raw[index + 1]!;
    if (value === 'keep-alive' || value === 'close') continue;
    names ??= new Set();
    for (const token of value.split(',')) names.add(token.trim().toLowerCase());
  }
  return names;
}
