import { expect } from 'chai';
import { ComparisonAdmission } from '../../../../facade/shadow/comparison-admission.ts';
import type { ActiveRoute } from '../../../../facade/snapshot.ts';

describe('The admission of comparisons', () => {
  const pace = { hasRoom: true };
  const side = { admits: true };
  let admission: ComparisonAdmission;
  beforeEach(() => {
    pace.hasRoom = true;
    side.admits = true;
    admission = new ComparisonAdmission(pace, { of: () => side as never });
  });

  const route = (id: string) => ({ config: { id, shadow: { concurrency: 3, timeout: 100 } } }) as ActiveRoute;
  const [often, rarely] = [route('often'), route('rarely')];
  const begin = (...ids: string[]) => {
    for (const id of ids) admission.began(id);
  };

  it('lets a route have as many at a time as it allows, whatever the others have', () => {
    begin('often', 'often', 'rarely');
    expect(admission.refusalOf(often)).to.equal(undefined);
    begin('often');
    expect([admission.refusalOf(often), admission.refusalOf(rarely)]).to.deep.equal(['busy', undefined]);
    admission.ended('often');
    expect(admission.refusalOf(often)).to.equal(undefined);
    begin('often');
    expect(admission.refusalOf(often)).to.equal('busy');
  });

  it('lets each route have one where those that have begun wait for the budget', () => {
    begin('often');
    pace.hasRoom = false;
    expect([admission.refusalOf(often), admission.refusalOf(rarely)]).to.deep.equal(['busy', undefined]);
    admission.ended('often');
    expect(admission.refusalOf(often)).to.equal(undefined);
  });

  it('begins none that the breaker would refuse', () => {
    side.admits = false;
    expect(admission.refusalOf(often)).to.equal('breaker-open');
    begin('often', 'often', 'often');
    expect(admission.refusalOf(often)).to.equal('busy');
  });
});
