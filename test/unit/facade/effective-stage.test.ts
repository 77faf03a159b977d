import { expect } from 'chai';
import { effectiveStage } from '../../../facade/toggles/effective-stage.ts';
import type { Toggle } from '../../../facade/toggles/toggle-store.ts';

const at = (stage: Toggle['stage'], percent = 0) => ({ stage, percent });
const toggle = (to: Toggle['stage'], basedOn: Toggle['stage'], set = 20) =>
  ({ ...at(to), basedOn: at(basedOn), at: set }) as Toggle;
const inForce = (...args: Parameters<typeof effectiveStage>) => {
  const { stage, source } = effectiveStage(...args);
  return `${stage} ${source}`;
};

describe('the stage in force of a route', () => {
  it("is a toggle's while the file says what it said when the toggle was set", () => {
    expect(inForce(at('live'), 10, toggle('legacy', 'live'))).to.equal('legacy toggle');
    expect(inForce(at('shadow'), 10, toggle('legacy', 'live'))).to.equal('shadow file');
    expect(inForce(at('live'), 30, toggle('legacy', 'live'))).to.equal('live file');
    expect(inForce(at('live'), 10, undefined)).to.equal('live file');
  });

  it('of a quarantined route is also that of a toggle over another good form, where it takes the route back', () => {
    expect(inForce(at('live'), 10, toggle('legacy', 'shadow'), true)).to.equal('legacy toggle');
    expect(inForce(at('live'), 10, toggle('shadow', 'canary'), true)).to.equal('shadow toggle');
  });

  it('of a quarantined route is never that of a toggle which goes further than its own good form', () => {
    expect(inForce(at('legacy'), 10, toggle('live', 'shadow'), true)).to.equal('legacy file');
    expect(inForce(at('shadow'), 10, toggle('canary', 'live'), true)).to.equal('shadow file');
    expect(inForce(at('live'), 30, toggle('legacy', 'shadow'), true)).to.equal('live file');
  });
});
