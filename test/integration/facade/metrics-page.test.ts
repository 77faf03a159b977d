import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { systemClock } from '../../../chassis/clock.ts';
import { createMetrics, type MetricOptions, type Metrics } from '../../../chassis/metrics.ts';
import { exposeGroups } from '../../../migrations/worker/metrics.ts';
import { kitFiles, textOf } from '../../architecture/source/source-files.ts';
import { config, startTestFacade } from './rig/facade.ts';

/** Metrics, and a line for each of them as the page has it. */
function recordingMetrics(): { metrics: Metrics; lines: string[] } {
  const inner = createMetrics('test');
  const lines: string[] = [];
  const noting =
    <Options extends MetricOptions, Rest extends unknown[], Made>(
      type: string,
      make: (options: Options, ...rest: Rest) => Made,
    ) =>
    (options: Options, ...rest: Rest): Made => {
      lines.push([options.name, type, (options.labels ?? []).join(', ')].join(' | '));
      return make(options, ...rest);
    };
  const metrics: Metrics = {
    counter: noting('counter', inner.counter),
    gauge: noting('gauge', inner.gauge),
    histogram: noting('histogram', inner.histogram),
    collect: noting('gauge', inner.collect),
    expose: inner.expose,
  };
  return { metrics, lines };
}

describe('docs/reference/metrics.md', () => {
  const page = readFileSync('docs/reference/metrics.md', 'utf8');
  const told = [...page.matchAll(/^\| `(strangler_\w+)` \| (\w+) \|([^|]*)\|/gm)].map(
    ([, name, type, labels]) => [name, type, labels!.trim()].join(' | '),
  );

  it('tells every metric of the facade and of the worker, its type and its labels, and no other', async () => {
    const { metrics, lines } = recordingMetrics();
    const nowhere = 'http://127.0.0.1:9';
    const facade = await startTestFacade(config({ legacy: nowhere, service: nowhere }), { metrics });
    await facade.close();
    exposeGroups(metrics, { names: [] } as never, systemClock);
    const { body } = await createMetrics('bare').expose();
    const own = [...body.matchAll(/^# TYPE (strangler_\w+) (\w+)$/gm)];
    expect(own.map(([, name]) => name)).to.deep.equal(['strangler_unfilled_total']);
    lines.push('strangler_unfilled_total | counter | metric');
    expect(told.toSorted()).to.deep.equal(lines.toSorted());
  });

  it('has every name that stands in the code of the kit', () => {
    const names = kitFiles().flatMap((file) =>
      [...textOf(file).matchAll(/name: '(strangler_[a-z_]+)'/g)].map(([, name]) => name!),
    );
    expect(names.length).to.be.greaterThan(20);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).to.deep.equal([]);
  });
});
