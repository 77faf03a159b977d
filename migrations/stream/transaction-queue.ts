/** Transactions between the reader and the applier: bounded, taken in as large groups as have come together. */
import type { SourceTransaction } from './assemble.ts';

/** What `take` resolves with. */
export type Taken =
  | { kind: 'transactions'; transactions: SourceTransaction[] }
  | { kind: 'lost'; reason: unknown };

/** The queue; `take` must not be called again before it resolved. */
export interface TransactionQueue {
  push(transaction: SourceTransaction): void;
  /** No more will come; what came is still given out first. */
  lose(reason: unknown): void;
  /** What came is still given out first, then `take` rejects. */
  fail(error: Error): void;
  take(): Promise<Taken>;
  /** Resolves when rows are waiting, the queue ended, or `rest` is over. */
  rowsOr(rest: Promise<void>): Promise<void>;
}

/** `high`: waiting rows above which the reader is paused. `batch`: rows after which a group is large enough. */
export function createTransactionQueue({
  onFull,
  onDrained,
  high = 10_000,
  batch = 2_000,
}: {
  onFull: () => void;
  onDrained: () => void;
  high?: number;
  batch?: number;
}): TransactionQueue {
  let waiting: SourceTransaction[] = [];
  let rows = 0;
  let full = false;
  let end: { kind: 'lost'; reason: unknown } | { kind: 'failed'; error: Error } | undefined;
  let wake: (() => void) | undefined;
  let wakeForRows: (() => void) | undefined;
  const notify = () => {
    wake?.();
    wake = undefined;
    if (rows > 0 || end) wakeForRows?.();
  };
  return {
    push(transaction) {
      const last = waiting.at(-1);
      // Places without rows only matter as the newest one.
      if (last && last.events.length === 0) waiting.pop();
      waiting.push(transaction);
      rows += transaction.events.length;
      if (!full && rows > high) {
        full = true;
        onFull();
      }
      notify();
    },
    lose(reason) {
      end ??= { kind: 'lost', reason };
      notify();
    },
    fail(error) {
      end ??= { kind: 'failed', error };
      notify();
    },
    async take() {
      if (waiting.length === 0 && !end) await new Promise<void>((resolve) => (wake = resolve));
      if (waiting.length > 0) return { kind: 'transactions', transactions: takeGroup() };
      if (end!.kind === 'failed') throw end!.error;
      return { kind: 'lost', reason: end!.reason };
    },
    async rowsOr(rest) {
      if (rows > 0 || end) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      wakeForRows = resolve;
      await Promise.race([promise, rest]);
      wakeForRows = undefined;
    },
  };

  function takeGroup(): SourceTransaction[] {
    let count = 0;
    let size = 0;
    while (count < waiting.length && size < batch) size += waiting[count++]!.events.length;
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    rows -= size;
    if (full && rows <= high / 2) {
      full = false;
      onDrained();
    }
    return group;
  }
}
