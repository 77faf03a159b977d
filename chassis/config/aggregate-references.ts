/** Pure. The rules between an aggregate, its parts and the upstreams; on the config as written. */
import type { CrossProblem } from './cross-problem.ts';
import { partPath, partsNamed } from './schema/part-path.ts';
import { show } from './schema/quantities.ts';

type Place = CrossProblem['path'];
type Mapping = Record<string, unknown>;

/** Every broken one of these rules in the parsed, not yet validated document. */
export function aggregateProblems(document: unknown): CrossProblem[] {
  const root = mappingOf(document);
  const aggregates = listOf(root.aggregate);
  return [
    ...takenIds(listOf(root.routes), aggregates),
    ...aggregates.flatMap((one, index) => partProblems(['aggregate', index], one, root)),
  ];
}

/** Limits and metrics know both by their id. */
function takenIds(routes: Mapping[], aggregates: Mapping[]): CrossProblem[] {
  const ids = [...routes, ...aggregates].map(({ id }) => id);
  return aggregates.flatMap(({ id }, index) => {
    if (id === undefined || ids.indexOf(id) === routes.length + index) return [];
    const message = `found the id ${show(id)} a second time, expected each id once among routes and aggregates: rename one`;
    return [{ path: ['aggregate', index, 'id'], message }];
  });
}

function partProblems(at: Place, aggregate: Mapping, root: Mapping): CrossProblem[] {
  const parts = mappingOf(aggregate.parts);
  const upstreams = Object.keys(mappingOf(root.upstreams));
  const parameters = parametersOf(mappingOf(aggregate.match).path);
  return [
    ...Object.entries(parts).flatMap(([name, written]) => {
      const part = mappingOf(written);
      const place = [...at, 'parts', name];
      return [
        ...unknownUpstream(place, part, upstreams),
        ...pathProblems(place, part, parameters),
        ...orderProblems(place, part, parts),
      ];
    }),
    ...cycles(at, parts),
  ];
}

function unknownUpstream(place: Place, { upstream }: Mapping, known: string[]): CrossProblem[] {
  if (typeof upstream !== 'string' || known.includes(upstream)) return [];
  const message = `found ${show(upstream)}, expected the name of an upstream (${known.join(', ')})`;
  return [{ path: [...place, 'upstream'], message }];
}

function pathProblems(place: Place, { path }: Mapping, parameters: string[]): CrossProblem[] {
  if (typeof path !== 'string') return [];
  const at = [...place, 'path'];
  const pieces = partPath(path);
  if (pieces === undefined) {
    const message = `found ${show(path)}, expected places such as :id, {query.name} or {part.key.items[].id}`;
    return [{ path: at, message }];
  }
  const unknown = pieces.flatMap((piece) =>
    piece.kind === 'parameter' && !parameters.includes(piece.name) ? [piece.name] : [],
  );
  const known = parameters.length > 0 ? parameters.map((name) => `:${name}`).join(', ') : 'it has none';
  return unknown.map((name) => ({
    path: at,
    message: `found :${name}, expected a parameter of the aggregate's path (${known})`,
  }));
}

/** Parts waited for must be there; and what is required must not hang on what may be missing. */
function orderProblems(place: Place, part: Mapping, parts: Mapping): CrossProblem[] {
  return waitedFor(part).flatMap((name): CrossProblem[] => {
    const other = mappingOf(parts[name]);
    if (!Object.hasOwn(parts, name)) {
      const known = Object.keys(parts).join(', ');
      return [{ path: place, message: `found a wait for part ${show(name)}, expected one of: ${known}` }];
    }
    if (part.required !== true || other.required === true) return [];
    const message = `found a required part that waits for ${show(name)}, which is not, expected required parts to wait for required ones only`;
    return [{ path: place, message }];
  });
}

function cycles(at: Place, parts: Mapping): CrossProblem[] {
  const onCycle = Object.keys(parts).find((name) => reaches(parts, name, name));
  if (onCycle === undefined) return [];
  const message = `found part ${show(onCycle)} waiting for itself by way of others, expected an order in which the parts can be asked`;
  return [{ path: [...at, 'parts', onCycle], message }];
}

function reaches(parts: Mapping, from: string, goal: string, seen = new Set<string>()): boolean {
  return waitedFor(mappingOf(parts[from])).some((next) => {
    if (next === goal) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(parts, next, goal, seen);
  });
}

function waitedFor({ after, path }: Mapping): string[] {
  const listed = Array.isArray(after) ? after.filter((one) => typeof one === 'string') : [];
  return [...new Set([...listed, ...(typeof path === 'string' ? partsNamed(path) : [])])];
}

function parametersOf(path: unknown): string[] {
  return typeof path === 'string' ? [...path.matchAll(/\/:([A-Za-z_]\w*)/g)].map(([, name]) => name!) : [];
}

function mappingOf(value: unknown): Mapping {
  return typeof value === 'object' && value !== null ? (value as Mapping) : {};
}

function listOf(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.map(mappingOf) : [];
}
