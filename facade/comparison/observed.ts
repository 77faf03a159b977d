/** Pure. An answer as it is compared: decoded, whole. */

/** Header values by lower-case name. */
export type ObservedHeaders = Record<string, string | string[] | undefined>;

/** One side's answer. */
export interface Observed {
  status: number;
  headers: ObservedHeaders;
  /** The bytes after content-encoding was taken off. */
  body: Uint8Array;
}

/** The media type in lower case without parameters; empty when there is none. */
export function mediaTypeOf({ headers }: Pick<Observed, 'headers'>): string {
  const value = headers['content-type'];
  return (Array.isArray(value) ? value[0] : value)?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Whether a media type is JSON: `application/json`, or anything ending in `+json`. */
export function isJson(mediaType: string): boolean {
  return mediaType === 'application/json' || mediaType.endsWith('+json');
}
