import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { createShadowMarks, SHADOW_MARK_HEADER, shadowMarkKey } from '../../../facade/shadow/shadow-mark.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade, TOKEN } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('The mark that a candidate sees', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  const seen = async (token: string) => {
    const routes = route('r', 'path: /api/:id', 'shadow');
    facade = await startTestFacade(config({ legacy: legacy.url, service: service.url, routes }), { token });
    await (await fetch(`${facade.url}/api/1`)).text();
    await until(() => service.received.length > 0, { what: 'the shadow call' });
    return String(service.received[0]!.headers[SHADOW_MARK_HEADER]);
  };
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy', () => ({})));
    service = await startUpstream(json('service', () => ({})));
  });
  afterEach(async () => {
    await facade?.close();
    await legacy.close();
    await service.close();
  });

  it('is known to whoever has the admin token, and not made with that token itself', async () => {
    const mark = await seen(TOKEN);
    expect(createShadowMarks(shadowMarkKey(TOKEN), Date.now).isOwn(mark)).to.equal(true);
    const [id, sent] = mark.split('.');
    expect(sent).not.to.equal(createHmac('sha256', TOKEN).update(id!).digest('hex'));
  });

  it('cannot be made up where the admin token is empty', async () => {
    const mark = await seen('');
    const [id, sent] = mark.split('.');
    expect(sent).not.to.equal(createHmac('sha256', '').update(id!).digest('hex'));
    expect(createShadowMarks(shadowMarkKey(''), Date.now).isOwn(mark)).to.equal(false);
  });
});
