import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, platform } from 'node:os';
import { expect } from 'chai';
import { startProcess } from '../../support/processes.ts';

const SAMPLE = 'test/integration/chassis/processes/sample-process.ts';
const start = (behaviour: string, env?: Record<string, string>) => startProcess(SAMPLE, [behaviour], { env });

describe('a process', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends with 0 on ${signal}, after releasing in reverse order`, async () => {
      const one = start('run');
      await one.line(/"message":"started"/);
      expect(await one.stop(signal)).to.equal(0);
      expect(one.output()).to.match(/stopping.*\n.*released slow part.*\n.*released timer/);
    });
  }

  it('ends at once on a second signal, when a release hangs', async () => {
    const one = start('hang');
    await one.line(/"message":"started"/);
    one.child.kill('SIGTERM');
    await one.line(/"message":"stopping"/);
    const again = setInterval(() => one.child.kill('SIGTERM'), 100);
    expect(await one.ended).to.equal(128);
    clearInterval(again);
  });

  it('that cannot start says what was found and what to do, releases, and ends with the code of its error', async () => {
    const one = start('kit-error');
    expect(await one.ended).to.equal(4);
    expect(one.output()).to.include('PORT_MISSING: Found port none, expected a number.\nSet the port.\n');
    expect(one.output()).to.include('released timer').and.not.include('started');
  });

  it('that fails by a defect keeps the detail to its log, and ends with 70', async () => {
    const one = start('error');
    expect(await one.ended).to.equal(70);
    const stderr = one.output().replace(/^\{.*$/gm, '');
    expect(stderr).to.include('INTERNAL').and.not.include('internal detail');
    expect(one.stdout()).to.include('internal detail');
  });

  it('ends with 70 when a promise is rejected that nobody waits for, released all the same', async () => {
    const one = start('rejection');
    expect(await one.ended).to.equal(70);
    expect(one.stdout()).to.match(/unhandled rejection.*nobody waits[\s\S]*released timer/);
  });

  it('loses no line of its log at the end', async () => {
    const one = start('chatty');
    await one.line(/"message":"started"/);
    expect(await one.stop()).to.equal(0);
    const lines = one.stdout().match(/"message":"line \d+"/g);
    expect(lines).to.have.length(5_000);
    expect(one.stdout()).to.match(/released timer[^\n]*\n$/);
  });

  it('logs at the level of LOG_LEVEL', async () => {
    const one = start('run', { LOG_LEVEL: 'error' });
    const error = start('error', { LOG_LEVEL: 'error' });
    expect(await error.ended).to.equal(70);
    expect(error.stdout()).to.include('"level":"error"').and.not.include('"level":"info"');
    await one.stop('SIGKILL');
  });

  it('keeps its compiled code while it is idle: no collection drops whatever V8 could give back', async () => {
    // With memory said to be short V8 does not wait for a minute of low allocation before it collects.
    const flags = ['--trace-gc', '--trace-memory-reducer', '--optimize-for-size'];
    const whenIdle = async (behaviour: string) => {
      const one = startProcess(SAMPLE, [behaviour], { flags });
      const [, kind] = await one.line(/finished GC #1.*\n.*: (Mark-Compact(?: \(reduce\))?) \d/);
      await one.stop('SIGKILL');
      return kind;
    };
    const [ours, byDefault] = await Promise.all(['run', 'as V8 comes'].map(whenIdle));
    expect({ ours, byDefault }).to.deep.equal({ ours: 'Mark-Compact', byDefault: 'Mark-Compact (reduce)' });
  });

  it("puts V8's threads behind the one that serves, where threads have priorities", async function () {
    if (platform() !== 'linux') {
      console.warn('SKIPPED: threads have priorities of their own on Linux only');
      return this.skip();
    }
    const one = start('run');
    await one.line(/"message":"started"/);
    const tasks = `/proc/${one.child.pid}/task`;
    const nameOf = (thread: string) => readFileSync(`${tasks}/${thread}/comm`, 'utf8').trim();
    const priorities = (name: string) =>
      readdirSync(tasks)
        .filter((thread) => nameOf(thread) === name)
        .map((thread) => getPriority(Number(thread)));
    const own = getPriority();
    expect(priorities('MainThread')).to.deep.equal([own]);
    expect(new Set(priorities('V8Worker'))).to.deep.equal(new Set([Math.min(own + 10, 19)]));
    await one.stop('SIGKILL');
  });
});
