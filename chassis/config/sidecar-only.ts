/** Pure. A file that holds a sidecar and nothing to route needs neither `upstreams:` nor `legacy:`. */

/** The document with the application as its one upstream, when it names a sidecar and no upstreams. */
export function withSidecarUpstream(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || !('sidecar' in document)) return document;
  if ('upstreams' in document || 'legacy' in document) return document;
  const { sidecar } = document;
  const app = typeof sidecar === 'object' && sidecar !== null && 'app' in sidecar ? sidecar.app : undefined;
  // What is wrong with the address is told where it was written, not here.
  const url = typeof app === 'string' && URL.canParse(app) ? app : 'http://127.0.0.1';
  return { ...document, upstreams: { app: { url } }, legacy: 'app' };
}
