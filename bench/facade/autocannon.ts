/** One load by autocannon, for where wrk is missing. */
// @ts-expect-error the package has no types
import autocannon from 'autocannon';
import type { Load, LoadPlan } from './load.ts';

const [url, text] = process.argv.slice(2);
const { connections, seconds } = JSON.parse(text!) as LoadPlan;
const result = await autocannon({ url, connections, duration: seconds });
const measured: Load = {
  requests: result['2xx'],
  failed: result.errors + result.non2xx,
  seconds: result.duration,
  p50: result.latency.p50,
  p99: result.latency.p99,
};
process.send!(measured, () => process.disconnect());
