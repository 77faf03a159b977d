/** The change stream brings the copy up to date, and keeps it so. */
import type { Step } from '../story.ts';
import { strangler } from '../strangler.ts';
import { untilHolds } from '../until.ts';

export const streamCatchesUp: Step = {
  title: 'The change stream catches up',
  async run(story) {
    const { observe, show } = story;
    await strangler(story, ['data', 'stream', 'catalog']);
    const group = await untilHolds(
      async () => {
        const seen = await observe.group('catalog');
        show.progress(
          `${seen.state}, ${seen.stream.applied} changes applied, lag ${seen.lagSeconds ?? '?'} s`,
        );
        return seen.caughtUp && (seen.lagSeconds ?? 99) < 2 && seen;
      },
      { what: 'the stream to catch up', timeout: 60_000 },
    );
    return `${group.stream.applied} changes applied, lag ${group.lagSeconds} s, position ${group.position}`;
  },
};
