/** Pure. The rules between the `auth` section and who asks for credentials; on the config as written. */
import type { CrossProblem } from './cross-problem.ts';
import { show } from './schema/quantities.ts';

type Place = CrossProblem['path'];
type Mapping = Record<string, unknown>;

/** Every broken one of these rules in the parsed, not yet validated document. */
export function authProblems(document: unknown): CrossProblem[] {
  const root = mappingOf(document);
  const auth = mappingOf(root.auth);
  const facade = mappingOf(root.facade);
  const routes = listOf(root.routes);
  const aggregates = listOf(root.aggregate);
  const asking: [Place, Mapping][] = [
    [['facade'], facade],
    ...routes.map((one, index): [Place, Mapping] => [['routes', index], one]),
    ...aggregates.map((one, index): [Place, Mapping] => [['aggregate', index], one]),
  ];
  return [
    ...asking.flatMap(([at, one]) => unprovable(at, one.auth, auth)),
    ...asking.slice(1).flatMap(([at, one]) => scopesOfNobody(at, one, facade.auth)),
  ];
}

/** A kind that is asked for must be one that the facade can verify. */
function unprovable(at: Place, asked: unknown, { jwt, apiKeys }: Mapping): CrossProblem[] {
  if (asked === undefined || asked === 'none') return [];
  const path = [...at, 'auth'];
  if (jwt === undefined && apiKeys === undefined) {
    const message = `found ${show(asked)} without auth.jwt and auth.apiKeys, expected one of them to verify credentials by`;
    return [{ path, message }];
  }
  const known: Mapping = { jwt, apiKey: apiKeys };
  const missing = (Array.isArray(asked) ? asked : []).filter(
    (kind) => kind in known && known[kind] === undefined,
  );
  return missing.map((kind) => {
    const section = kind === 'jwt' ? 'auth.jwt' : 'auth.apiKeys';
    return {
      path,
      message: `found ${show(kind)} without ${section}, expected ${section} to say what is valid`,
    };
  });
}

function scopesOfNobody(at: Place, one: Mapping, byDefault: unknown): CrossProblem[] {
  const auth = one.auth ?? byDefault ?? 'none';
  if (auth !== 'none' || !Array.isArray(one.scopes) || one.scopes.length === 0) return [];
  const message = `found scopes ${show(one.scopes)} where auth is none, expected auth: required or a list of kinds`;
  return [{ path: [...at, 'scopes'], message }];
}

function mappingOf(value: unknown): Mapping {
  return typeof value === 'object' && value !== null ? (value as Mapping) : {};
}

function listOf(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.map(mappingOf) : [];
}
