/** Pure. The jobs of a data migration: ids only, never rows; each can be made again from SQL. */

/** One piece of work. */
export type Job =
  | { kind: 'prepare'; group: string }
  | { kind: 'chunk'; group: string; plan: number; table: string; seq: number }
  | { kind: 'finish'; group: string; plan: number }
  | { kind: 'stream'; group: string }
  | { kind: 'verify'; group: string; run: number };

/** The queue a job belongs to: what one waits for must not keep another from running. */
export type QueueName = 'copy' | 'stream' | 'verify';

/** The queues. */
export const QUEUES: readonly QueueName[] = ['copy', 'stream', 'verify'];

/** Which queue a job goes to. */
export function queueOf(job: Job): QueueName {
  switch (job.kind) {
    case 'prepare':
    case 'chunk':
    case 'finish':
      return 'copy';
    case 'stream':
      return 'stream';
    case 'verify':
      return 'verify';
  }
}

/** The same job has the same id, so that offering it again changes nothing. BullMQ forbids colons. */
export function jobId(job: Job): string {
  switch (job.kind) {
    case 'prepare':
    case 'stream':
      return `${job.kind}-${job.group}`;
    case 'chunk':
      return `chunk-${job.group}-${job.plan}-${job.table}-${job.seq}`;
    case 'finish':
      return `finish-${job.group}-${job.plan}`;
    case 'verify':
      return `verify-${job.group}-${job.run}`;
  }
}
