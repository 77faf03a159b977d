/** A process for the tests of `runProcess`; its first argument says how it behaves. */
import { setFlagsFromString } from 'node:v8';
import { defineErrors } from '../../../../chassis/errors.ts';
import { runProcess } from '../../../../chassis/lifecycle.ts';

const errors = defineErrors({
  PORT_MISSING: {
    status: 500,
    exit: 4,
    message: ({ found }) => `Found port ${found}, expected a number.`,
    remedy: 'Set the port.',
  },
});

const [behaviour] = process.argv.slice(2);

await runProcess('sample', async ({ log, lifecycle, metrics }) => {
  const alive = setInterval(() => {}, 1_000);
  lifecycle.onClose('timer', () => {
    clearInterval(alive);
    log.info('released timer');
  });
  lifecycle.onClose('slow part', async () => {
    if (behaviour === 'hang') await new Promise(() => {});
    log.info('released slow part');
  });
  metrics.counter({ name: 'strangler_sample_total', help: 'Sample.' }).inc();
  if (behaviour === 'kit-error') throw errors.error('PORT_MISSING', { found: 'none' });
  if (behaviour === 'error') throw new Error('internal detail');
  if (behaviour === 'rejection') setTimeout(() => void Promise.reject(new Error('nobody waits')), 1);
  if (behaviour === 'chatty') lifecycle.onClose('chat', () => chat((index) => log.info(`line ${index}`)));
  if (behaviour === 'as V8 comes') setFlagsFromString('--memory-reducer-favors-memory');
  log.info('started');
});

function chat(say: (index: number) => void): void {
  for (let index = 0; index < 5_000; index += 1) say(index);
}
