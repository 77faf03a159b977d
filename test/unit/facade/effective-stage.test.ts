import { expect } from 'chai';
import fc from 'fast-check';
import { STAGES } from '../../../chassis/config/schema/routes.ts';
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
  it("is a toggle's that was set after the file began to say what it says, until the file is edited", () => {
    expect(inForce(at('live'), 10, toggle('legacy', 'live'))).to.equal('legacy toggle');
    expect(inForce(at('shadow'), 10, toggle('canary', 'shadow'))).to.equal('canary toggle');
    expect(inForce(at('live'), 30, toggle('legacy', 'live'))).to.equal('live file');
    expect(inForce(at('live'), 10, undefined)).to.equal('live file');
  });

  it('is also that of a toggle over another file, where it takes the route back', () => {
    expect(inForce(at('live'), 10, toggle('legacy', 'shadow'))).to.equal('legacy toggle');
    expect(inForce(at('live'), 10, toggle('shadow', 'canary'))).to.equal('shadow toggle');
    expect(inForce(at('shadow'), 10, toggle('legacy', 'live'))).to.equal('legacy toggle');
    expect(inForce(at('live'), 30, toggle('legacy', 'shadow'))).to.equal('live file');
  });

  it('is never that of a toggle over another file which goes further than its own', () => {
    expect(inForce(at('legacy'), 10, toggle('live', 'shadow'))).to.equal('legacy file');
    expect(inForce(at('shadow'), 10, toggle('canary', 'live'))).to.equal('shadow file');
  });

  it('is the same on every file for a rollback that is later than each of them began', () => {
    const stages = fc.constantFrom(...STAGES);
    fc.assert(
      fc.property(stages, stages, fc.nat(20), (file, basedOn, since) => {
        expect(inForce(at(file, 50), since, toggle('legacy', basedOn))).to.equal('legacy toggle');
      }),
    );
  });
});
