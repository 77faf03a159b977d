/**
 * The end of a turn of the event loop, where all that is to be written since its start is written together: whoever
 * waits for it on the same machine is woken once instead of once for each (docs/decisions/0009). A process has one
 * loop, and so one list.
 */
import type { ServerResponse } from 'node:http';

interface Task {
  client: Pick<ServerResponse, 'destroyed'>;
  run: () => void;
}

let tasks: Task[] = [];

/** Does `run` when the loop has read all that it woke up for, in the order of the calls, unless the client is gone by then. */
export function atTurnEnd(client: Task['client'], run: () => void): void {
  if (tasks.push({ client, run }) === 1) setImmediate(runAll);
}

function runAll(): void {
  const due = tasks;
  tasks = [];
  for (const { client, run } of due) if (!client.destroyed) run();
}
