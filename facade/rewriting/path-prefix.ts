/** Pure. One prefix of a path in place of another, by whole segments: `/api` is no prefix of `/apis`. */

/** Replaces a prefix; undefined where the path does not have it. */
export type ReplacePrefix = (path: string) => string | undefined;

/**
 * Makes the replacement of `from` by `to`, both without a slash at the end; empty ones stand for the root. A path
 * in canonical form stays in it, and stays below `to`: nothing is decoded, and there are no dots to climb with.
 */
export function replacePrefix(from: string, to: string): ReplacePrefix {
  const after = from.length;
  return (path) => {
    if (!path.startsWith(from)) return undefined;
    if (path.length > after && path.charCodeAt(after) !== 47) return undefined;
    const replaced = to + path.slice(after);
    return replaced === '' ? '/' : replaced;
  };
}
