/** Pure. The counts of a histogram, kept as plain numbers: an observation costs a look through the bounds, and no more. */

/** The labels of one series. */
export type SeriesLabels = Readonly<Record<string, string | number>>;

/** One number of the exposition format. */
export interface HistogramValue {
  metricName: string;
  labels: SeriesLabels;
  value: number;
}

/** The observations under one set of labels. */
export class HistogramSeries {
  readonly labels: SeriesLabels;
  #bounds: readonly number[];
  /** Of values up to each bound and above the one before; the last is for what exceeds all. */
  #counts: number[];
  #sum = 0;

  constructor(labels: SeriesLabels, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > bounds[index]!) index += 1;
    this.#counts[index]! += 1;
    this.#sum += value;
  }

  /** Cumulative counts by bound, then sum and count (prometheus.io/docs/instrumenting/exposition_formats). */
  values(name: string): HistogramValue[] {
    let count = 0;
    const buckets = this.#counts.map((own, index) => {
      count += own;
      const le = this.#bounds[index] ?? '+Inf';
      return { metricName: `${name}_bucket`, labels: { le, ...this.labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: this.labels, value: this.#sum },
      { metricName: `${name}_count`, labels: this.labels, value: count },
    ];
  }
}
