/** Source and target are proven equal, row by row, while both go on changing. */
import { bar, count } from '../../../cli/print.ts';
import type { Step, Story } from '../story.ts';
import { must, strangler } from '../strangler.ts';
import { untilHolds } from '../until.ts';

export const verifyEqual: Step = {
  title: 'Verify: both databases hold the same',
  run: (story) => verifyGroup(story),
};

/** Runs `data verify`, which must find no difference. */
export async function verifyGroup(story: Story): Promise<string> {
  const running = { ended: false };
  const command = strangler(story, ['data', 'verify', 'catalog']).finally(() => {
    running.ended = true;
  });
  await Promise.all([command, showProgress(story, running)]);
  const { verified, quarantine } = await story.observe.group('catalog');
  must(verified?.clean === true, `a clean verification, found ${JSON.stringify(verified)}`);
  must(quarantine.count === 0, `no quarantined row, found ${quarantine.count}`);
  return `${count(verified!.rows)} rows compared, 0 different, 0 missing, 0 extra, 0 quarantined`;
}

async function showProgress({ observe, show }: Story, running: { ended: boolean }): Promise<void> {
  let seen = 0;
  await untilHolds(
    async () => {
      const { verifying, verified, copy } = await observe.group('catalog');
      // Between the end of the verification and that of the command nothing is being verified any more.
      seen = Math.max(seen, running.ended ? (verified?.rows ?? 0) : (verifying?.seen ?? 0));
      const total = running.ended ? seen : Math.max(copy.rows, seen);
      show.progress(`verify ${bar(seen, total)} ${count(seen)} rows`);
      return running.ended;
    },
    { what: 'the verification to end', timeout: 60_000 },
  );
}
