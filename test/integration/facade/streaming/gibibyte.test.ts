import { type IncomingMessage, request } from 'node:http';
import { setInterval as every } from 'node:timers/promises';
import { expect } from 'chai';
import { until } from '../../../support/wait.ts';
import { config, route } from '../rig/facade.ts';
import { type FacadeProcess, startFacadeProcess } from '../rig/facade-process.ts';
import { forEachForwarder } from '../rig/forwarders.ts';
import { startUpstream, type TestUpstream } from '../rig/upstream.ts';
import { MEBIBYTE, pour } from './pour.ts';

const GIBIBYTE = 1_024 * MEBIBYTE;
/** By which the highest mark of the second half may exceed that of the first. */
const MOST_GROWTH = 48 * MEBIBYTE;
/** Above the process that has carried nothing yet. */
const MOST_HELD = 256 * MEBIBYTE;

forEachForwarder('A body of 1 GiB', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: FacadeProcess;
  before(async () => {
    legacy = await startUpstream((incoming, response) => {
      if (incoming.method === 'GET') return void pour(response, GIBIBYTE);
      let size = 0;
      incoming.on('data', ({ length }: Buffer) => (size += length));
      incoming.on('end', () => response.end(String(size)));
    });
    service = await startUpstream((_incoming, response) => response.end());
    const routes = route('r', 'path: /api/*', 'shadow');
    facade = await startFacadeProcess(config({ legacy: legacy.url, service: service.url, routes }));
  });
  after(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });

  /** Does `work` and watches the memory of the facade. */
  const watched = async (work: () => Promise<void>) => {
    const before = await facade.resident();
    const marks: number[] = [];
    let ended = false;
    const working = work().finally(() => (ended = true));
    for await (const _ of every(10)) {
      marks.push(await facade.resident());
      if (ended) break;
    }
    await working;
    const half = marks.length >> 1;
    const [first, second] = [Math.max(...marks.slice(0, half)), Math.max(...marks.slice(half))];
    expect(second - first, 'growth in the second half').to.be.below(MOST_GROWTH);
    expect(second - before, 'held at most').to.be.below(MOST_HELD);
  };

  it('comes down through a process that holds little of it, and is not compared', async () => {
    await watched(async () => {
      const answer = await answered(request(`${facade.url}/api/download`).end());
      expect(await sizeOf(answer)).to.equal(GIBIBYTE);
    });
    await until(async () => (await facade.evidence('r')).summary.skipped['too-large'] === 1);
    expect(service.received).to.have.length(0);
  });

  it('goes up through a process that holds little of it', async () => {
    await watched(async () => {
      const upload = request(`${facade.url}/api/upload`, { method: 'POST' });
      pour(upload, GIBIBYTE);
      const answer = await answered(upload);
      let text = '';
      for await (const chunk of answer) text += chunk;
      expect(text).to.equal(String(GIBIBYTE));
    });
  });
});

function answered(sent: ReturnType<typeof request>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => sent.once('response', resolve).once('error', reject));
}

function sizeOf(answer: IncomingMessage): Promise<number> {
  return new Promise((resolve, reject) => {
    let size = 0;
    answer.on('data', ({ length }: Buffer) => (size += length));
    answer.once('end', () => resolve(size)).once('error', reject);
  });
}
