import { expect } from 'chai';
import fc from 'fast-check';
import { routeId } from '../../../../chassis/config/schema/routes.ts';
import { withoutOverride } from '../../../../facade/forwarding/request-headers.ts';
import { assign } from '../../../../facade/routing/assignment.ts';
import { overridden } from '../../../../facade/routing/overridden.ts';
import {
  overrideKeys,
  overrideOf,
  readOverride,
  signOverride,
} from '../../../../facade/routing/override-token.ts';

const NOW = 1_700_000_000_000;
const [key, old] = overrideKeys(['k'.repeat(32), 'o'.repeat(32)]);
const keys = [key!, old!];
const claim = { side: 'service' as const, route: 'products-read', expiresAt: NOW + 60_000 };

describe('The token that chooses a side', () => {
  it('says what was signed, until it ends', () => {
    for (const route of [undefined, 'products-read']) {
      for (const side of ['legacy', 'service'] as const) {
        const token = signOverride({ side, route, expiresAt: NOW + 60_000 }, key!);
        expect(readOverride(token, keys, NOW)).to.deep.equal({ kind: 'valid', side, route });
        expect(readOverride(token, keys, NOW + 59_999).kind).to.equal('valid');
        expect(readOverride(token, keys, NOW + 60_000)).to.deep.equal({ kind: 'expired' });
      }
    }
  });

  it('holds the longest id that a route may have', () => {
    const route = 'r'.repeat(128);
    expect(routeId.safeParse(route).success).to.equal(true);
    expect(routeId.safeParse(`${route}r`).error?.issues[0]?.message).to.include('at most 128 ');
    const token = signOverride({ ...claim, route }, key!);
    expect(readOverride(token, keys, NOW)).to.deep.equal({ kind: 'valid', side: 'service', route });
  });

  it('is believed by each secret that is listed, and by no other', () => {
    const token = signOverride(claim, old!);
    expect(readOverride(token, keys, NOW).kind).to.equal('valid');
    expect(readOverride(token, [key!], NOW)).to.deep.equal({ kind: 'forged' });
  });

  it('is forged when one character of it was changed, whatever it says then', () => {
    const token = signOverride(claim, key!);
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom(...'abcXYZ019.:-_service legacy'),
        fc.boolean(),
        (at, character, insert) => {
          const changed = token.slice(0, at) + character + token.slice(insert ? at : at + 1);
          if (changed !== token) expect(readOverride(changed, keys, NOW).kind).to.equal('forged');
        },
      ),
      { numRuns: 500 },
    );
    for (const odd of [
      '',
      'service',
      'x-strangler-side',
      `service.9999999999.${key!.id}.`,
      '.'.repeat(1_000),
    ])
      expect(readOverride(odd, keys, NOW).kind, odd).to.equal('forged');
  });

  it('comes in the header, else in the cookie, and the cookie goes no further', () => {
    const token = signOverride(claim, key!);
    const cookie = `a=1; strangler-side=${token}; b=2`;
    expect(overrideOf({ cookie }, keys, NOW).kind).to.equal('valid');
    expect(overrideOf({ cookie, 'x-strangler-side': 'service' }, keys, NOW).kind).to.equal('forged');
    expect(overrideOf({ cookie: 'a=1' }, keys, NOW).kind).to.equal('none');
    expect(withoutOverride({ cookie, host: 'h' })).to.deep.equal({ cookie: 'a=1; b=2', host: 'h' });
    expect(withoutOverride({ cookie: `strangler-side=${token}` })).to.deep.equal({});
  });
});

describe('An override', () => {
  const STAGES = ['legacy', 'shadow', 'canary', 'live', 'retired'] as const;

  it('chooses a side in shadow, canary and live', () => {
    const chosen = STAGES.map((stage) =>
      (['legacy', 'service'] as const).map((side) => overridden(stage, side, true)?.answers),
    );
    expect(chosen).to.deep.equal([
      [undefined, undefined],
      ['legacy', 'service'],
      ['legacy', 'service'],
      ['legacy', 'service'],
      [undefined, undefined],
    ]);
  });

  it('sends a write only to a side that gets writes without it', () => {
    for (const stage of STAGES) {
      const withoutIt = new Set(
        Array.from({ length: 50 }, (_, n) => assign({ stage, percent: 50, salt: 'r' }, () => `${n}`).answers),
      );
      for (const side of ['legacy', 'service'] as const) {
        const chosen = overridden(stage, side, false);
        if (chosen !== undefined) expect([...withoutIt], `${side} in ${stage}`).to.include(chosen.answers);
      }
    }
  });

  it('shows the answer of the side that was chosen, compares nothing and falls back to nobody', () => {
    for (const stage of ['shadow', 'canary', 'live'] as const) {
      expect(overridden(stage, 'service', true)).to.deep.equal({
        answers: 'service',
        fallback: false,
        overridden: true,
      });
      expect(overridden(stage, 'legacy', true)).to.deep.equal({
        answers: 'legacy',
        candidate: false,
        overridden: true,
      });
    }
  });
});
