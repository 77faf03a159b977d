/** The door to prom-client: counters, gauges and histograms of one process, exposed for Prometheus. */
import * as prometheus from 'prom-client';

type Labels = Record<string, string | number>;

/** Name, help and label names of a metric; names start with `strangler_` and end in a unit or `_total`. */
export interface MetricOptions {
  name: string;
  help: string;
  labels?: readonly string[];
}

export interface Counter {
  inc(labels?: Labels, by?: number): void;
}
export interface Gauge {
  set(labels: Labels, value: number): void;
}
export interface Histogram {
  observe(labels: Labels, value: number): void;
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
      const counter = new prometheus.Counter(common(options));
      return { inc: (labels = {}, by = 1) => counter.inc(labels, by) };
    },
    gauge(options) {
      const gauge = new prometheus.Gauge(common(options));
      return { set: (labels, value) => gauge.set(labels, value) };
    },
    histogram(options) {
      const histogram = new prometheus.Histogram({
        ...common(options),
        buckets: options.buckets ?? LATENCY_BUCKETS,
      });
      return { observe: (labels, value) => histogram.observe(labels, value) };
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
