import { expect } from 'chai';
import { STAGES } from '../../../../chassis/config/schema/routes.ts';
import { stillAnswers } from '../../../../facade/websocket/still-answers.ts';

describe('the side of an open WebSocket', () => {
  const route = (stage: (typeof STAGES)[number], percent = 0, service = 'catalog') => ({
    rule: { stage, percent },
    config: { service },
  });
  const legacy = { side: 'legacy', upstream: 'legacy', overridden: false } as const;
  const service = { side: 'service', upstream: 'catalog', overridden: false } as const;

  it('answers its route by the stage; in canary both do, but for a service at percent 0', () => {
    const now = [...STAGES.map((stage) => route(stage)), route('canary', 1)];
    expect(now.map((one) => stillAnswers(legacy, one, 'legacy'))).to.deep.equal([
      true,
      true,
      true,
      false,
      false,
      true,
    ]);
    expect(now.map((one) => stillAnswers(service, one, 'legacy'))).to.deep.equal([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
  });

  it('is left to a tester who chose it', () => {
    expect(stillAnswers({ ...service, overridden: true }, route('shadow'), 'legacy')).to.equal(true);
  });

  it('is legacy where no route is left, and not an upstream that was another side', () => {
    expect(stillAnswers(legacy, undefined, 'legacy')).to.equal(true);
    expect(stillAnswers(service, undefined, 'legacy')).to.equal(false);
    expect(stillAnswers({ ...service, overridden: true }, undefined, 'legacy')).to.equal(false);
    expect(stillAnswers(service, route('live', 0, 'other'), 'legacy')).to.equal(false);
    expect(stillAnswers(legacy, route('legacy'), 'monolith')).to.equal(false);
  });
});
