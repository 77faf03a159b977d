import { expect } from 'chai';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { createMetrics } from '../../../chassis/metrics.ts';

describe('metrics', () => {
  it('are exposed as Prometheus reads them, each with the process', async () => {
    const metrics = createMetrics('facade');
    const calls = metrics.counter({ name: 'strangler_calls_total', help: 'Calls.', labels: ['route'] });
    calls.inc({ route: 'a' });
    calls.inc({ route: 'a' }, 2);
    metrics
      .gauge({ name: 'strangler_lag_seconds', help: 'Lag.', labels: ['group'] })
      .set({ group: 'g' }, 1.5);
    metrics
      .histogram({ name: 'strangler_time_seconds', help: 'Time.', buckets: [0.1, 1] })
      .of({})
      .observe(0.5);
    const { contentType, body } = await metrics.expose();
    expect(contentType).to.match(/^text\/plain/);
    expect(body).to.include('# HELP strangler_calls_total Calls.\n# TYPE strangler_calls_total counter\n');
    expect(body).to.include('strangler_calls_total{route="a",process="facade"} 3\n');
    expect(body).to.include('strangler_lag_seconds{group="g",process="facade"} 1.5\n');
    expect(body).to.include('strangler_time_seconds_bucket{le="0.1",process="facade"} 0\n');
    expect(body).to.include('strangler_time_seconds_bucket{le="1",process="facade"} 1\n');
    expect(body).to.match(/^process_cpu_seconds_total/m);
  });

  it('are counted one by one under labels that were looked up once, beside all others', async () => {
    const metrics = createMetrics('facade');
    const calls = metrics.counter({ name: 'strangler_calls_total', help: 'Calls.', labels: ['route'] });
    const tally = calls.of({ route: 'a' });
    for (let count = 0; count < 3; count += 1) tally.add();
    calls.inc({ route: 'a' }, 2);
    expect((await metrics.expose()).body).to.include('strangler_calls_total{route="a",process="facade"} 5\n');
    tally.add();
    expect((await metrics.expose()).body).to.include('strangler_calls_total{route="a",process="facade"} 6\n');
  });

  it('of a distribution say what prom-client says of the same observations', async () => {
    const values = fc.array(
      fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.constantFrom(0.1, 1, 10)),
    );
    await fc.assert(
      fc.asyncProperty(values, async (observed) => {
        const buckets = [0.1, 1, 10];
        const metrics = createMetrics('p');
        const ours = metrics.histogram({
          name: 'strangler_h_seconds',
          help: 'h',
          labels: ['route'],
          buckets,
        });
        const registry = new Registry();
        registry.setDefaultLabels({ process: 'p' });
        const named = { name: 'strangler_h_seconds', help: 'h', labelNames: ['route'] };
        const theirs = new Histogram({ ...named, buckets, registers: [registry] });
        const series = ours.of({ route: 'a' });
        theirs.zero({ route: 'a' });
        for (const value of observed) {
          series.observe(value);
          theirs.observe({ route: 'a' }, value);
        }
        const { body } = await metrics.expose();
        expect(sorted(body)).to.include(sorted((await registry.metrics()).trim()));
      }),
      { numRuns: 30 },
    );
  });

  it('of two processes in one do not mix', async () => {
    const [a, b] = [createMetrics('a'), createMetrics('b')];
    a.counter({ name: 'strangler_x_total', help: 'x' }).inc();
    b.counter({ name: 'strangler_x_total', help: 'x' }).inc({}, 5);
    expect((await a.expose()).body).to.include('strangler_x_total{process="a"} 1');
    expect((await b.expose()).body).to.include('strangler_x_total{process="b"} 5');
  });

  it('are filled when scraped, without what is gone', async () => {
    const metrics = createMetrics('worker');
    const groups = new Map([
      ['a', 1],
      ['b', 2],
    ]);
    metrics.collect({ name: 'strangler_rows', help: 'Rows.', labels: ['group'] }, (gauge) => {
      for (const [group, rows] of groups) gauge.set({ group }, rows);
    });
    expect((await metrics.expose()).body).to.include('strangler_rows{group="b",process="worker"} 2');
    groups.delete('b');
    const { body } = await metrics.expose();
    expect(body).to.include('strangler_rows{group="a",process="worker"} 1').and.not.include('group="b"');
  });

  it('are exposed also when one of them cannot be filled', async () => {
    const metrics = createMetrics('worker');
    metrics.counter({ name: 'strangler_ok_total', help: 'ok' }).inc();
    metrics.collect({ name: 'strangler_broken', help: 'broken' }, async () => {
      throw new Error('the store is away');
    });
    expect((await metrics.expose()).body).to.include('strangler_ok_total{process="worker"} 1');
  });

  it('refuse labels that were not declared', () => {
    const counter = createMetrics('p').counter({ name: 'strangler_y_total', help: 'y', labels: ['route'] });
    expect(() => counter.inc({ root: 'a' })).to.throw('root');
    expect(() => counter.of({ root: 'a' })).to.throw('root');
    const histogram = createMetrics('q').histogram({
      name: 'strangler_z_seconds',
      help: 'z',
      labels: ['route'],
    });
    expect(() => histogram.of({ root: 'a' })).to.throw('root');
  });
});

/** The labels of each line in the order of the alphabet. */
function sorted(text: string): string {
  return text.replace(/\{(.*)\}/g, (_all, labels: string) => labels.split(',').sort().join());
}
