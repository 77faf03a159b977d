/** Pure. What a facade lets in, compiled from its config. */
import type { StranglerConfig } from '../../chassis/config/schema/config.ts';

/** What becomes of a target that servers could read differently. */
export type TargetPolicy = StranglerConfig['facade']['ambiguousTargets'];

/** The facade's rules; a route's `ambiguousTargets` and `limits.body` come before them. */
export interface AdmissionRules {
  ambiguousTargets: TargetPolicy;
  underscoreHeaders: StranglerConfig['facade']['underscoreHeaders'];
  /** In lower case, `*.` for any name below; undefined: any host. */
  hosts: readonly string[] | undefined;
  limits: StranglerConfig['facade']['limits'];
}

/** The rules of a config. */
export function admissionRules({ facade }: Pick<StranglerConfig, 'facade'>): AdmissionRules {
  const { ambiguousTargets, underscoreHeaders, hosts, limits } = facade;
  return { ambiguousTargets, underscoreHeaders, limits, hosts: hosts?.map((host) => host.toLowerCase()) };
}
