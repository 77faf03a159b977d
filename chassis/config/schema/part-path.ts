/**
 * Pure. The path of an aggregate's part: text, and places to fill. `:id` and `{id}` are parameters of the
 * aggregate's own path, `{query.name}` is the client's query, `{part.key.items[].id}` values of another part's
 * answer, `[]` standing for every element and `[0]` for the first.
 */

/** One piece of it. `place`: on which side of the question mark it stands. */
export type PathPiece =
  | { kind: 'text'; text: string }
  | { kind: 'parameter'; name: string; place: 'path' | 'query' }
  | { kind: 'query'; name: string; place: 'path' | 'query' }
  | { kind: 'value'; part: string; keys: readonly string[]; place: 'path' | 'query' };

const PLACE = /\{([^{}]*)\}|(?<=\/):([A-Za-z_]\w*)/g;
const VALUE = /^([A-Za-z]\w*)((?:\.[\w-]+(?:\[\d*\])*)+)$/;

/** The pieces of a path; undefined when a place is malformed. */
export function partPath(path: string): PathPiece[] | undefined {
  const pieces: PathPiece[] = [];
  const mark = path.search(/\?(?![^{]*\})/);
  let from = 0;
  for (const found of path.matchAll(PLACE)) {
    if (found.index > from) pieces.push({ kind: 'text', text: path.slice(from, found.index) });
    from = found.index + found[0].length;
    const piece = pieceOf(found[1] ?? found[2]!, mark >= 0 && found.index > mark ? 'query' : 'path');
    if (piece === undefined) return undefined;
    pieces.push(piece);
  }
  if (from < path.length) pieces.push({ kind: 'text', text: path.slice(from) });
  return pieces.some((piece) => piece.kind === 'text' && /[{}#\\]/.test(piece.text)) ? undefined : pieces;
}

/** The parts that it takes values from. */
export function partsNamed(path: string): string[] {
  return (partPath(path) ?? []).flatMap((piece) => (piece.kind === 'value' ? [piece.part] : []));
}

function pieceOf(written: string, place: 'path' | 'query'): PathPiece | undefined {
  if (/^[A-Za-z_]\w*$/.test(written)) return { kind: 'parameter', name: written, place };
  const [, part, rest] = VALUE.exec(written) ?? [];
  if (part === undefined) return undefined;
  const keys = rest!.slice(1).split('.').flatMap(keysOf);
  if (part !== 'query') return { kind: 'value', part, keys, place };
  return keys.length === 1 ? { kind: 'query', name: keys[0]!, place } : undefined;
}

/** `items[]` → `items`, `[]`. */
function keysOf(step: string): string[] {
  return step.split(/(?=\[)/);
}
