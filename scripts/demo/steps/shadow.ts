/** The routes go to shadow by an edit of the config file; clients still get the monolith's answers. */
import { readFile, writeFile } from 'node:fs/promises';
import { MAIN_ROUTE, ROUTES } from '../routes.ts';
import type { Step } from '../story.ts';
import { must } from '../strangler.ts';
import { untilHolds } from '../until.ts';

export const shadow: Step = {
  title: 'Shadow: the catalog service gets the same requests, its answers go nowhere',
  async run({ system, observe, show }) {
    await system.start('catalog');
    await setBug(system.at.urls.catalog, 'rounding');
    await untilHolds(() => observe.discovered('catalog'), {
      what: 'the facade to discover the catalog service',
    });
    show.note('the catalog service has a planted bug: it rounds gross prices down');
    show.command(`sed -i 's/stage: legacy/stage: shadow/' ${system.at.config}`);
    const text = await readFile(system.at.config, 'utf8');
    await writeFile(system.at.config, text.replaceAll('stage: legacy', 'stage: shadow'));
    await untilHolds(async () => (await observe.routes()).every(({ stage }) => stage === 'shadow'), {
      what: 'the facade to pick up the edited config',
    });
    const evidence = await untilHolds(
      async () => {
        const { evidence } = await observe.route(MAIN_ROUTE);
        return evidence.compared >= 20 && evidence;
      },
      { what: '20 comparisons' },
    );
    const { failed } = await observe.traffic();
    must(failed === 0, `no failed request, found ${failed}`);
    return `${ROUTES.length} routes in shadow, ${evidence.compared} answers of ${MAIN_ROUTE} compared, clients saw none of it`;
  },
};

/** Switches the catalog service's planted bug. */
export async function setBug(catalog: string, bug: 'rounding' | null): Promise<void> {
  const answer = await fetch(`${catalog}/demo/bug`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ bug }),
  });
  must(answer.ok, `the catalog's bug switch to answer, found status ${answer.status}`);
}
