/** The data migration's public API. */
export { migrationErrors } from './errors.ts';
export type { Finding } from './preflight/finding.ts';
export type { PlanReport } from './preflight/preflight.ts';
export {
  type SchemaOptions,
  type SchemaStatus,
  schemaDown,
  schemaStatus,
  schemaUp,
} from './schema/migrations.ts';
export type { VerifyResult, VerifySample } from './verify/result.ts';
export { startWorker } from './worker/start.ts';
export type { AcceptedView, CopyView, GroupState, GroupView, PlanView, StreamView } from './worker/views.ts';
