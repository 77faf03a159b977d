/** Source and target are proven equal, row by row, while both go on changing. */
import { count } from '../../../cli/print.ts';
import type { Step, Story } from '../story.ts';
import { must, strangler } from '../strangler.ts';

export const verifyEqual: Step = {
  title: 'Verify: both databases hold the same',
  run: (story) => verifyGroup(story),
};

/** Runs `data verify`, which must find no difference. */
export async function verifyGroup(story: Story): Promise<string> {
  await strangler(story, ['data', 'verify', 'catalog']);
  const { verified, quarantine } = await story.observe.group('catalog');
  must(verified?.clean === true, `a clean verification, found ${JSON.stringify(verified)}`);
  must(quarantine.count === 0, `no quarantined row, found ${quarantine.count}`);
  return `${count(verified!.rows)} rows compared, 0 different, 0 missing, 0 extra, 0 quarantined`;
}
