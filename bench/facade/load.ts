/** Asks a URL over kept-alive connections, as fast as it answers, and tells how long that took. */
// @ts-expect-error the package has no types
import autocannon from 'autocannon';

const [url, connections, requests] = process.argv.slice(2);
const {
  '2xx': good,
  errors,
  non2xx,
  duration,
} = await autocannon({
  url: `${url}/api/items/1`,
  connections: Number(connections),
  amount: Number(requests),
});
process.send!({ requests: good, failed: errors + non2xx, seconds: duration }, () => process.disconnect());
