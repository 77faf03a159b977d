/** The comparison finds the planted bug and shows where. */
import { MAIN_ROUTE } from '../routes.ts';
import type { Step } from '../story.ts';
import { must, strangler } from '../strangler.ts';
import { untilHolds } from '../until.ts';

/** Where the planted bug shows. */
const PLANTED = '$.grossPrice';

export const findPlantedBug: Step = {
  title: 'Compare: the planted bug is found',
  async run(story) {
    const { observe, show } = story;
    const found = await untilHolds(
      async () => {
        const { clusters } = await observe.evidence(MAIN_ROUTE);
        const samples = clusters.flatMap((cluster) => cluster.samples);
        const sample = samples.find(({ differences }) => differences.some(({ path }) => path === PLANTED));
        return (
          sample && { request: sample.path, ...sample.differences.find(({ path }) => path === PLANTED)! }
        );
      },
      { what: `a mismatch at ${PLANTED}`, timeout: 20_000 },
    );
    const printed = await strangler(story, ['compare', 'live', MAIN_ROUTE, '--for', '2'], 1);
    show.note(printed.trimEnd().replaceAll('\n', '\n      '));
    must(printed.includes(PLANTED), `compare live to name ${PLANTED}`);
    await strangler(story, ['route', 'promote', MAIN_ROUTE, '--reason', 'let us try'], 3);
    return `${PLANTED} of ${found.request}: legacy ${found.control}, service ${found.candidate}; promotion refused`;
  },
};
