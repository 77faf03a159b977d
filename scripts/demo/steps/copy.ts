/** The catalog's tables are copied into the service's own database, while the shop goes on writing. */
import { bar, count } from '../../../cli/print.ts';
import type { Step } from '../story.ts';
import { must, strangler } from '../strangler.ts';
import { untilHolds } from '../until.ts';

export const copyWhileWritesGoOn: Step = {
  title: 'Copy the tables behind the catalog while writes go on',
  async run(story) {
    const { observe, show } = story;
    const before = await observe.traffic();
    await strangler(story, ['data', 'plan', 'catalog']);
    show.command('strangler data copy catalog');
    const copying = story.system.strangler('data', 'copy', 'catalog');
    const copied = await untilHolds(
      async () => {
        const { copy, state } = await observe.group('catalog');
        show.progress(`copy ${bar(copy.chunks.done, copy.chunks.total)} ${count(copy.rows)} rows`);
        return copy.chunks.total > 0 && copy.chunks.done === copy.chunks.total && state !== 'copying' && copy;
      },
      { what: 'the copy to be complete', timeout: 120_000 },
    );
    const { code, stderr } = await copying;
    must(code === 0, `data copy to end with 0, found ${code}: ${stderr}`);
    const after = await observe.traffic();
    const written = after.acknowledgedWrites - before.acknowledgedWrites;
    must(written > 0, 'writes during the copy');
    return `${count(copied.rows)} rows in ${copied.chunks.total} chunks at ${count(Math.round(copied.rowsPerSecond ?? 0))} rows/s; ${written} client writes meanwhile`;
  },
};
