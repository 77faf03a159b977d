/** What the demo prints: steps, what each proves, progress, and the table at the end. */

/** One line of the table at the end. */
export interface StepResult {
  title: string;
  proof: string;
  ms: number;
}

/** The demo's output. */
export interface Show {
  heading(text: string): void;
  step(number: number, total: number, title: string): void;
  note(text: string): void;
  command(text: string): void;
  progress(text: string): void;
  done(proof: string, ms: number): void;
}

const plain = (text: string) => text;
const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

/** Prints to `stream`; colours and moving bars only on a terminal. */
export function createShow(stream: NodeJS.WriteStream): Show {
  const tty = Boolean(stream.isTTY);
  const [bold, green, dim] = tty ? [paint(1), paint(32), paint(2)] : [plain, plain, plain];
  let open = false;
  const line = (text = '') => {
    if (open) stream.write('\r\u001b[K');
    open = false;
    stream.write(`${text}\n`);
  };
  let quarter = -1;
  return {
    heading: (text) => line(`\n${bold(text)}`),
    step(number, total, title) {
      quarter = -1;
      line(`\n${bold(`[${number}/${total}] ${title}`)}`);
    },
    note: (text) => line(`      ${text}`),
    command: (text) => line(`      ${dim(`$ ${text}`)}`),
    progress(text) {
      if (tty) {
        stream.write(`\r\u001b[K      ${text}`);
        open = true;
        return;
      }
      // In a log a bar moves at each quarter, not at each look.
      const reached = Math.floor(Number(/(\d+) %/.exec(text)?.[1] ?? 0) / 25);
      if (reached === quarter) return;
      quarter = reached;
      line(`      ${text}`);
    },
    done: (proof, ms) => line(`      ${green('proved')} ${proof} ${dim(`(${(ms / 1_000).toFixed(1)} s)`)}`),
  };
}
