/**
 * Pure. What the access log says of a request, written as JSON at once: a list of fields, looked through and written by
 * JSON.stringify, took a tenth of a whole request.
 */
import { WrittenFields } from '../../chassis/log-line.ts';
import { traceIdOf } from '../../chassis/trace-context.ts';
import type { Exchange } from '../forwarding/exchange.ts';
import type { ActiveRoute } from '../snapshot.ts';

/** What every line of one route has; a route in force never changes. */
interface RoutePart {
  front: string;
  path: string;
}

const parts = new WeakMap<ActiveRoute, RoutePart>();

/** The fields of one line; `ms`: from the arrival to the end of the answer. */
export function accessLine(exchange: Exchange, ms: number): WrittenFields {
  const { requestId, headers, route, upstream, status, request, target, failure, fellBack } = exchange;
  const part = route && partOf(route);
  // Ids, versions, methods and codes hold nothing that JSON would escape.
  let json = `{"requestId":"${requestId}","traceId":"${traceIdOf(headers.traceparent as string)}",`;
  json += part?.front ?? `"version":"${exchange.configVersion}",`;
  json += `"upstream":${JSON.stringify(upstream)},"status":${status},"ms":${Math.round(ms * 10) / 10},`;
  json += `"method":"${request.method}","path":${part?.path ?? JSON.stringify(target.path)}`;
  if (exchange.assignment.overridden) json += `,"override":"${exchange.assignment.answers}"`;
  if (failure !== undefined) json += `,"failure":"${failure}"`;
  if (fellBack) json += ',"fellBack":true';
  return new WrittenFields(`${json}}`);
}

function partOf(route: ActiveRoute): RoutePart {
  const known = parts.get(route);
  if (known !== undefined) return known;
  const { config, effective, version } = route;
  const front = JSON.stringify({ route: config.id, stage: effective.stage, version });
  const part = { front: `${front.slice(1, -1)},`, path: JSON.stringify(config.match.path) };
  parts.set(route, part);
  return part;
}
