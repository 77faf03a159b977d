/** A user on one kept-alive connection, who waits at random before each request, or not at all. */
import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)\r\n/i;

/** Called for each request: when it was sent, and whether all of an answer of 200 came. */
export type Done = (began: number, ok: boolean) => void;

/** Waits as long as an exponential distribution says, so that requests of many arrive as in a Poisson process. */
export class ThinkingUser {
  readonly #url: URL;
  readonly #thinkMs: number;
  readonly #done: Done;
  readonly #request: string;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #timer: NodeJS.Timeout | undefined;
  #began: number | undefined;
  #answered = () => {};
  #asks = false;

  constructor(url: URL, thinkMs: number, done: Done) {
    this.#url = url;
    this.#thinkMs = thinkMs;
    this.#done = done;
    this.#request = `GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`;
  }

  /** Asks from now on. */
  begin(): void {
    this.#asks = true;
    this.#think();
  }

  /** Asks no more; resolves once the answer that is under way has come. */
  end(): Promise<void> {
    this.#asks = false;
    clearTimeout(this.#timer);
    if (this.#began === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#answered = resolve;
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #think(): void {
    if (this.#thinkMs === 0) this.#ask();
    else this.#timer = setTimeout(() => this.#ask(), -Math.log(1 - Math.random()) * this.#thinkMs);
  }

  #ask(): void {
    this.#socket ??= this.#open();
    this.#began = performance.now();
    this.#socket.write(this.#request);
  }

  #open(): Socket {
    const socket = connect({ host: this.#url.hostname, port: Number(this.#url.port), noDelay: true });
    socket.on('data', (part) => this.#receive(part));
    socket.on('error', () => {});
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#end(false);
    });
    return socket;
  }

  #receive(part: Buffer): void {
    this.#received = this.#received.length === 0 ? part : Buffer.concat([this.#received, part]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd + 2);
    const length = Number(LENGTH.exec(head)?.[1]);
    if (Number.isNaN(length)) throw new Error(`found no Content-Length in an answer, expected one:\n${head}`);
    if (this.#received.length >= headEnd + HEAD_END.length + length)
      this.#end(head.startsWith('HTTP/1.1 200 '));
  }

  #end(ok: boolean): void {
    this.#received = Buffer.alloc(0);
    if (this.#began === undefined) return;
    const began = this.#began;
    this.#began = undefined;
    this.#done(began, ok);
    this.#answered();
    this.#answered = () => {};
    if (this.#asks) this.#think();
  }
}
