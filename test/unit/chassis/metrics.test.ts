import { expect } from 'chai';
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
    metrics.histogram({ name: 'strangler_time_seconds', help: 'Time.', buckets: [0.1, 1] }).observe({}, 0.5);
    const { contentType, body } = await metrics.expose();
    expect(contentType).to.match(/^text\/plain/);
    expect(body).to.include('# HELP strangler_calls_total Calls.\n# TYPE strangler_calls_total counter\n');
    expect(body).to.include('strangler_calls_total{route="a",process="facade"} 3\n');
    expect(body).to.include('strangler_lag_seconds{group="g",process="facade"} 1.5\n');
    expect(body).to.include('strangler_time_seconds_bucket{le="0.1",process="facade"} 0\n');
    expect(body).to.include('strangler_time_seconds_bucket{le="1",process="facade"} 1\n');
    expect(body).to.match(/^process_cpu_seconds_total/m);
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
  });
});
