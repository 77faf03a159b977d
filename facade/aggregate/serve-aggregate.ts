/** Answers a client from an aggregate. */
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import { type Exchange, FACADE_ALONE } from '../forwarding/exchange.ts';
import { answerProblem } from '../forwarding/problem-answer.ts';
import { type Aggregate, parametersOf } from './compile-aggregates.ts';
import { aggregateErrors } from './errors.ts';
import type { PartCall } from './part-call.ts';
import { partHeaders } from './part-headers.ts';
import { runAggregate } from './run-aggregate.ts';
import type { PartUpstreams } from './upstream-call.ts';

/** Answers the exchange's client, of the upstreams that were in force at its arrival; never rejects. */
export type ServeAggregate = (
  exchange: Exchange,
  aggregate: Aggregate,
  upstreams: PartUpstreams,
) => Promise<void>;

/** Makes it; `callTo` gives what asks the upstreams. */
export function createAggregates(deps: {
  callTo: (upstreams: PartUpstreams) => PartCall;
  metrics: Metrics;
  log: Logger;
}): ServeAggregate {
  const { callTo, metrics, log } = deps;
  const parts = metrics.counter({
    name: 'strangler_facade_aggregate_parts_total',
    help: 'Parts of aggregates by how they came out.',
    labels: ['aggregate', 'part', 'outcome'],
  });
  const answers = metrics.counter({
    name: 'strangler_facade_aggregates_total',
    help: 'Answers of aggregates: complete, partial, or the code of the failure.',
    labels: ['aggregate', 'outcome'],
  });
  return async (exchange, aggregate, upstreams) => {
    const { requestId, target, response } = exchange;
    exchange.upstream = FACADE_ALONE;
    const gone = new AbortController();
    exchange.abandon = () => gone.abort();
    const question = {
      parameters: parametersOf(aggregate, target.path),
      query: new URLSearchParams(target.query),
      headers: partHeaders(exchange.headers),
      signal: gone.signal,
    };
    const result = await runAggregate(aggregate, question, {
      call: callTo(upstreams),
      onPart: (id, part, outcome) => parts.inc({ aggregate: id, part, outcome }),
      onError: (id, part, error) => log.warn('a part failed', { requestId, aggregate: id, part, error }),
    });
    if (gone.signal.aborted || response.destroyed) return;
    const { id } = aggregate.config;
    if (result.ok) {
      answers.inc({ aggregate: id, outcome: result.partial ? 'partial' : 'complete' });
      answer(exchange, result.body, result.partial);
    } else {
      const { status } = aggregateErrors.table[result.code];
      answers.inc({ aggregate: id, outcome: result.code });
      exchange.status = status;
      answerProblem(response, status, result.code, requestId, exchange.answerHeaders);
    }
  };
}

function answer(exchange: Exchange, body: string, partial: boolean): void {
  const { response, requestId, answerHeaders } = exchange;
  exchange.status = 200;
  const headers = ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))];
  headers.push('cache-control', 'no-store', 'x-request-id', requestId);
  if (partial) headers.push('x-strangler-partial', 'true');
  response.writeHead(200, [...headers, ...answerHeaders]).end(body);
}
