/** What the config file alone says is in force: no toggles, no registries, no breakers. */
import type { LoadedConfig } from '../../chassis/config/load.ts';
import { admissionRules } from '../admission/rules.ts';
import { createTrustedPeers } from '../routing/trusted-peers.ts';
import { compileSnapshot } from '../snapshot.ts';
import type { ExplainedUpstream, ExplainedView } from './explained-view.ts';

/** Makes the view. Raises ROUTE_PATTERN_INVALID or ROUTE_OVERLAP. */
export function offlineView(loaded: LoadedConfig): ExplainedView {
  const { config } = loaded;
  const upstreams = new Map<string, ExplainedUpstream>(
    Object.entries(config.upstreams).map(([name, { where, writtenTimeout }]) => {
      const urls = where.kind === 'static' ? where.urls : [];
      const instances = () => urls.map((url) => ({ url }));
      return [name, { name, writtenTimeout, breakerState: () => 'none', instances }];
    }),
  );
  return {
    snapshot: compileSnapshot({ loaded, toggles: new Map(), bases: new Map(), togglesKnown: true }),
    trusted: createTrustedPeers(config.facade.trustProxy),
    admission: admissionRules(config),
    upstreams,
    legacy: upstreams.get(config.legacy)!,
  };
}
