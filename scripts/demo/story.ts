/** The demo's story: its steps in order, run one after the other, each shown with what it proves. */
import type { Observer } from './observe.ts';
import type { Show, StepResult } from './show.ts';
import { backToLegacy } from './steps/back-to-legacy.ts';
import { canary } from './steps/canary.ts';
import { copyWhileWritesGoOn } from './steps/copy.ts';
import { findPlantedBug } from './steps/find-planted-bug.ts';
import { fixAndWaitForEvidence } from './steps/fix-and-wait.ts';
import { killTheService } from './steps/kill-the-service.ts';
import { live } from './steps/live.ts';
import { nothingLost } from './steps/nothing-lost.ts';
import { putFacadeInFront } from './steps/put-facade-in-front.ts';
import { shadow } from './steps/shadow.ts';
import { streamCatchesUp } from './steps/stream.ts';
import { verifyEqual } from './steps/verify.ts';
import type { DemoSystem } from './system.ts';

/** What every step works with. */
export interface Story {
  system: DemoSystem;
  observe: Observer;
  show: Show;
}

/** One step; `run` asserts what it claims and resolves with what that proves. */
export interface Step {
  title: string;
  run(story: Story): Promise<string>;
}

/** The story. */
export const STEPS: readonly Step[] = [
  putFacadeInFront,
  copyWhileWritesGoOn,
  streamCatchesUp,
  verifyEqual,
  shadow,
  findPlantedBug,
  fixAndWaitForEvidence,
  canary,
  live,
  killTheService,
  backToLegacy,
  nothingLost,
];

/** A step that failed, with its title. */
export class StepFailed extends Error {
  constructor(title: string, cause: unknown) {
    super(`step "${title}" failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Runs the steps; after each, every process must still be there. Raises StepFailed. */
export async function tell(story: Story, steps = STEPS): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const [index, { title, run }] of steps.entries()) {
    story.show.step(index + 1, steps.length, title);
    const started = performance.now();
    try {
      const proof = await run(story);
      story.system.assertAlive();
      const ms = performance.now() - started;
      story.show.done(proof, ms);
      results.push({ title, proof, ms });
    } catch (error) {
      throw new StepFailed(title, error);
    }
  }
  return results;
}
