/** Pure. The facade's config as the sidecar uses it: one upstream, the application, no routes and no aggregates. */
import type { LoadedConfig } from '../../chassis/config/load.ts';
import type { SidecarConfig } from '../../chassis/config/schema/sidecar.ts';
import { upstreamSchema } from '../../chassis/config/schema/upstreams.ts';
import { facadeErrors } from '../errors.ts';

/** The sidecar's own section. Raises SIDECAR_MISSING. */
export function sidecarOf({ config, file }: LoadedConfig): SidecarConfig {
  if (config.sidecar === undefined) throw facadeErrors.error('SIDECAR_MISSING', { file });
  return config.sidecar;
}

/** The config under which the facade's pipeline stands before the application. Raises SIDECAR_MISSING. */
export function sidecarConfig(loaded: LoadedConfig): LoadedConfig {
  const { service, app, listen, admin, settle } = sidecarOf(loaded);
  const { config } = loaded;
  return {
    ...loaded,
    quarantined: new Map(),
    config: {
      ...config,
      facade: { ...config.facade, listen, admin, settle },
      store: { kind: 'memory' },
      upstreams: { [service]: upstreamSchema.parse({ url: app }) },
      legacy: service,
      routes: [],
      aggregate: [],
      data: {},
    },
  };
}
