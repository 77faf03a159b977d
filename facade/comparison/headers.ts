/**
 * Pure. The headers that clients depend on, compared by what they mean. Headers of one connection, of one
 * moment or of one server (date, server, x-request-id, content-length ...) are not compared.
 */
import type { Difference } from './json-diff.ts';
import type { ObservedHeaders } from './observed.ts';

type Meaning = (value: string) => string;

const text: Meaning = (value) => value.trim();
const set: Meaning = (value) =>
  value
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().replace(/\s*=\s*/, '='))
    .filter(Boolean)
    .sort()
    .join(', ');

/** `text/HTML; Charset="UTF-8"` and `text/html;charset=utf-8` mean the same. */
const mediaType: Meaning = (value) => {
  const [type = '', ...parameters] = value
    .split(';')
    .map((part) => part.trim().toLowerCase().replaceAll('"', ''));
  const known = parameters.filter(Boolean).map((parameter) => parameter.replace(/\s*=\s*/, '='));
  // JSON is UTF-8 whether it says so or not (RFC 8259, 8.1).
  const json = type === 'application/json' || type.endsWith('+json');
  return [type, ...(json ? known.filter((parameter) => parameter !== 'charset=utf-8') : known).sort()].join(
    '; ',
  );
};

/** An ETag names a version of one server's own: only its presence can be compared. */
const presence: Meaning = () => 'present';

/** Name and attributes; the value of a session cookie is each server's own. */
const cookie: Meaning = (value) => {
  const [pair = '', ...attributes] = value.split(';').map((part) => part.trim());
  const shown = attributes
    .map((attribute) => attribute.toLowerCase())
    .filter((one) => !one.startsWith('expires='));
  return [`${pair.split('=')[0]}=...`, ...shown.sort()].join('; ');
};

const COMPARED = Object.entries<Meaning>({
  'content-type': mediaType,
  'content-language': text,
  'content-disposition': text,
  'cache-control': set,
  vary: set,
  etag: presence,
  'last-modified': presence,
  location: text,
  link: text,
  allow: set,
  'accept-ranges': text,
  'retry-after': text,
  'www-authenticate': text,
  'set-cookie': cookie,
});

/** The differences between two sets of headers; the path of each is `header NAME`. */
export function diffHeaders(control: ObservedHeaders, candidate: ObservedHeaders): Difference[] {
  const differences: Difference[] = [];
  for (const [name, meaning] of COMPARED) {
    // What is written the same, or missing on both sides, is most of it.
    if (control[name] === candidate[name]) continue;
    const [left, right] = [meaningOf(control[name], meaning), meaningOf(candidate[name], meaning)];
    if (left === right) continue;
    const kind =
      left === undefined ? 'header-extra' : right === undefined ? 'header-missing' : 'header-value';
    differences.push({ path: `header ${name}`, kind, control: left, candidate: right });
  }
  return differences;
}

function meaningOf(value: string | string[] | undefined, meaning: Meaning): string | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.map(meaning).sort().join(' | ') : meaning(value);
}
