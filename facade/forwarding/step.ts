/** A step of a plan, with the upstream that stands at its end. */
import type { PlannedStep } from '../plan.ts';
import type { Upstream } from './upstream.ts';

/** One upstream to ask. */
export type Step = PlannedStep<Upstream>;
