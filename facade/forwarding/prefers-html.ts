/** Pure. Whether a client is a browser that wants a page, by its Accept (RFC 9110, 12.5.1). */

/** A page where HTML is wanted more than JSON, or as much and named first. */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  let html = 0;
  let json = 0;
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = weightOf(parameters);
    if (type === 'text/html' && weight > json) html = Math.max(html, weight);
    if (type.includes('json') && weight > html) json = Math.max(json, weight);
  }
  return html > json;
}

function weightOf(parameters: readonly string[]): number {
  const weight = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
  return Number.isNaN(weight) ? 1 : weight;
}
