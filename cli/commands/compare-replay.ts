/** `strangler compare replay`: sends recorded requests to both sides and compares the answers. */
import { EXIT } from '../../chassis/errors.ts';
import type { CliContext, CommonOptions } from '../context.ts';

/** Options of `compare replay`. */
export interface ReplayOptions extends CommonOptions {
  requests: string;
  route?: string;
}

export async function compareReplay(_context: CliContext, _options: ReplayOptions): Promise<number> {
  return EXIT.usage;
}
