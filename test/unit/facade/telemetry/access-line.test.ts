import { expect } from 'chai';
import fc from 'fast-check';
import type { Exchange } from '../../../../facade/forwarding/exchange.ts';
import { accessLine } from '../../../../facade/telemetry/access-line.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

/** An exchange of which only what the line tells is there. */
function exchange(path: string, upstream: string, rest: object = {}): Exchange {
  return {
    ...{ requestId: 'r-1', headers: { traceparent: `00-${TRACE}-b7ad6b7169203331-00` } },
    ...{ request: { method: 'GET' }, target: { path, query: '?secret=1' } },
    ...{ route: undefined, configVersion: 'v', upstream, status: 200, failure: undefined, fellBack: false },
    ...{ assignment: { answers: 'legacy' }, ...rest },
  } as unknown as Exchange;
}

function read(of: Exchange, ms = 1): object {
  return JSON.parse(accessLine(of, ms).json) as object;
}

describe('A line of the access log', () => {
  it('is JSON whatever the path and the names in the config are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        (path, name, ms) => {
          const route = {
            config: { id: name, match: { path } },
            effective: { stage: 'live' },
            version: 'v+1',
          };
          const known = {
            requestId: 'r-1',
            traceId: TRACE,
            upstream: name,
            status: 200,
            method: 'GET',
            path,
          };
          const rounded = Math.round(ms * 10) / 10;
          expect(read(exchange(path, name), ms)).to.deep.equal({ ...known, version: 'v', ms: rounded });
          expect(read(exchange('/other', name, { route }), ms)).to.deep.equal({
            ...{ ...known, ms: rounded },
            ...{ route: name, stage: 'live', version: 'v+1' },
          });
        },
      ),
    );
  });

  it('says what was out of the ordinary, and nothing of it otherwise', () => {
    const odd = {
      failure: 'UPSTREAM_SLOW',
      fellBack: true,
      assignment: { answers: 'service', overridden: true },
    };
    expect(read(exchange('/', 'legacy', odd))).to.include({
      ...{ failure: 'UPSTREAM_SLOW', fellBack: true, override: 'service' },
    });
    expect(read(exchange('/', 'legacy'))).to.have.keys(
      ...['requestId', 'traceId', 'version', 'upstream', 'status', 'ms', 'method', 'path'],
    );
  });
});
