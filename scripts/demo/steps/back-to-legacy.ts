/** Everything is taken back, each route in one command. */
import { MAIN_ROUTE, ROUTES } from '../routes.ts';
import type { Step } from '../story.ts';
import { must, strangleAll, strangler } from '../strangler.ts';

export const backToLegacy: Step = {
  title: 'Back: every route returns to the monolith',
  async run(story) {
    const { observe, show } = story;
    await strangleAll(
      story,
      ROUTES.map((id) => ['route', 'rollback', id, '--reason', 'the service is down']),
    );
    const routes = await observe.routes();
    must(
      routes.every(({ stage }) => stage === 'legacy'),
      'every route to be on legacy',
    );
    const history = await strangler(story, ['route', 'history', MAIN_ROUTE]);
    show.note(history.trimEnd().replaceAll('\n', '\n      '));
    return 'every route on legacy; the history says who moved what, when and why';
  },
};
