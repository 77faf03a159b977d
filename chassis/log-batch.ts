/** Lines of the log that wait a moment for each other. */

/** How long a line may wait for others, in milliseconds, and how many go together. */
const BATCH_MS = 10;
const BATCH_LINES = 1_000;

/**
 * Lines that come close together travel through winston, and go out, together: under load its way from stream to
 * stream, and the call to the system at the end, cost more than the lines.
 */
export function createBatch(handOn: (text: string) => void): { add(line: string): void; end(): void } {
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0) return;
    const text = lines.join('\n');
    lines = [];
    handOn(text);
  };
  return {
    add(line) {
      const count = lines.push(line);
      if (count >= BATCH_LINES) end();
      else timer ??= setTimeout(end, BATCH_MS);
    },
    end,
  };
}
