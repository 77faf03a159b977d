/** What is wrong with a config's text. */
import { ConfigInvalidError } from '../../../../chassis/config/errors.ts';
import { parseConfig } from '../../../../chassis/config/load.ts';

/** The problems of a config, as `path message`; none of a good one. */
export function problemsOfConfig(text: string): string[] {
  try {
    parseConfig(text, 'strangler.yaml', {});
  } catch (error) {
    if (!(error instanceof ConfigInvalidError)) throw error;
    return error.problems.map(({ path, message }) => `${path} ${message}`);
  }
  return [];
}
