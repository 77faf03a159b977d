/** Pure. What a facade lets in, compiled from its config. */
import type { StranglerConfig } from '../../chassis/config/schema/config.ts';

/** What becomes of a target that servers could read differently. */
export type TargetPolicy = StranglerConfig['facade']['ambiguousTargets'];

/** The facade's rules; a route's `ambiguousTargets` and `limits.body` come before them. */
export interface AdmissionRules {
  ambiguousTargets: TargetPolicy;
  underscoreHeaders: StranglerConfig['facade']['underscoreHeaders'];
  getBodies: StranglerConfig['facade']['getBodies'];
  /** In lower case, `*.` for any name below; undefined: any host. */
  hosts: readonly string[] | undefined;
  limits: StranglerConfig['facade']['limits'];
}

/** The rules of a config. */
export function admissionRules({ facade }: Pick<StranglerConfig, 'facade'>): AdmissionRules {
  const { ambiguousTargets, underscoreHeaders, getBodies, hosts, limits } = facade;
  const served = hosts?.map((host) => host.toLowerCase());
  return { ambiguousTargets, underscoreHeaders, getBodies, limits, hosts: served };
}
