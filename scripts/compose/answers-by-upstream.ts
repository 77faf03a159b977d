/** Pure. How many requests of a route each upstream answered, read from the text of the facade's metrics. */
export function answersByUpstream(metrics: string, route: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of metrics.split('\n')) {
    const sample = /^strangler_facade_requests_total\{(.*)\} (\S+)$/.exec(line);
    if (!sample) continue;
    const labels = Object.fromEntries(
      [...sample[1]!.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
    if (labels.route === route)
      counts[labels.upstream!] = (counts[labels.upstream!] ?? 0) + Number(sample[2]);
  }
  return counts;
}
