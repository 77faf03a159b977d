import { expect } from 'chai';
import fc from 'fast-check';
import { newTraceparent, traceIdOf, traceparentOf } from '../../../chassis/trace-context.ts';

const VALID = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const fresh = () => 'fresh';

describe('The trace of a request', () => {
  it('is taken over as it came', () => {
    expect(traceparentOf(VALID, fresh)).to.equal(VALID);
    expect(traceIdOf(VALID)).to.equal('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  for (const [what, header] of [
    ['no header', undefined],
    ['two headers', [VALID, VALID]],
    ['a version that is forbidden', `ff${VALID.slice(2)}`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['a parent id of zeros', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
    ['upper case', VALID.toUpperCase()],
    ['something longer', `${VALID}-x`],
    ['a line break', `${VALID}\n`],
  ] as const) {
    it(`is begun anew for ${what}`, () => {
      expect(traceparentOf(header as string | undefined, fresh)).to.equal('fresh');
    });
  }

  it('begun anew is valid and differs each time', () => {
    const made = Array.from({ length: 1_000 }, newTraceparent);
    expect(new Set(made).size).to.equal(made.length);
    for (const one of made) expect(traceparentOf(one, fresh)).to.equal(one);
  });

  it('is never what a client made up and no server could read', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const taken = traceparentOf(text, fresh);
        return taken === 'fresh' || /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(taken);
      }),
    );
  });
});
