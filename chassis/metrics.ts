/** The door to prom-client: counters, gauges and histograms of one process, exposed for Prometheus. */
import * as prometheus from 'prom-client';
import { HistogramSeries } from './histogram.ts';
import { Tally } from './tally.ts';

type Labels = Record<string, string | number>;

/** Name, help and label names of a metric; names start with `strangler_` and end in a unit or `_total`. */
export interface MetricOptions {
  name: string;
  help: string;
  labels?: readonly string[];
}

export interface Counter {
  inc(labels?: Labels, by?: number): void;
  /** What counts one by one under the same labels, for where it happens at each request; keep it. */
  of(labels: Labels): Pick<Tally, 'add'>;
}
export interface Gauge {
  set(labels: Labels, value: number): void;
}
export interface Histogram {
  /** What observes under the same labels; keep it. */
  of(labels: Labels): Observer;
}
/** Observes under labels that were looked up once. */
export interface Observer {
  observe(value: number): void;
}

/** The metrics of one process. */
export interface Metrics {
  counter(options: MetricOptions): Counter;
  gauge(options: MetricOptions): Gauge;
  /** `buckets` in the metric's base unit; 1 ms to 10 s by default. */
  histogram(options: MetricOptions & { buckets?: number[] }): Histogram;
  /** A gauge filled when scraped; when `fill` fails it has no values, and strangler_unfilled_total counts it. */
  collect(options: MetricOptions, fill: (gauge: Gauge) => void | Promise<void>): void;
  /** The text of the Prometheus exposition format. */
  expose(): Promise<{ contentType: string; body: string }>;
}

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Makes a process's registry, with the standard process metrics in it. */
export function createMetrics(process: string): Metrics {
  const registry = new prometheus.Registry();
  registry.setDefaultLabels({ process });
  prometheus.collectDefaultMetrics({ register: registry });
  const common = ({ name, help, labels = [] }: MetricOptions) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });

  const unfilled = new prometheus.Counter(
    common({
      name: 'strangler_unfilled_total',
      help: 'Scrapes at which a metric could not be filled.',
      labels: ['metric'],
    }),
  );

  return {
    counter(options) {
      const tallies: Tally[] = [];
      const counter = new prometheus.Counter({
        ...common(options),
        collect() {
          for (const tally of tallies) this.inc(tally.labels, tally.taken());
        },
      });
      return {
        inc: (labels = {}, by = 1) => counter.inc(labels, by),
        of(labels) {
          // Refuses labels that were not declared, now and not at each scrape.
          counter.inc(labels, 0);
          const tally = new Tally(labels);
          tallies.push(tally);
          return tally;
        },
      };
    },
    gauge(options) {
      const gauge = new prometheus.Gauge(common(options));
      return { set: (labels, value) => gauge.set(labels, value) };
    },
    histogram({ name, help, labels: known = [], buckets = LATENCY_BUCKETS }) {
      const all: HistogramSeries[] = [];
      const get = async () => ({
        name,
        help,
        type: 'histogram',
        values: all.flatMap((one) => one.values(name)),
      });
      // prom-client's own looks the labels up at each observation; its registry asks no more of a metric than this.
      registry.registerMetric({ name, get } as unknown as prometheus.Histogram);
      return {
        of(labels) {
          refuseUndeclared(name, known, labels);
          const series = new HistogramSeries(labels, buckets);
          all.push(series);
          return series;
        },
      };
    },
    collect(options, fill) {
      new prometheus.Gauge({
        ...common(options),
        async collect() {
          this.reset();
          try {
            await fill({ set: (labels, value) => this.set(labels, value) });
          } catch {
            unfilled.inc({ metric: options.name });
          }
        },
      });
    },
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function refuseUndeclared(name: string, known: readonly string[], labels: Labels): void {
  const unknown = Object.keys(labels).filter((label) => !known.includes(label));
  if (unknown.length > 0)
    throw new Error(`${name}: found the labels ${unknown.join(', ')}, expected of ${known.join(', ')}`);
}
