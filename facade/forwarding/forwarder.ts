/**
 * The port of what carries a request to one instance of an upstream and its answer's body to the client.
 * Which answer a client gets is decided elsewhere; a forwarder neither retries nor answers by itself.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The head of an answer, as Node's own client has it. */
export interface AnswerHead {
  statusCode?: number | undefined;
  statusMessage?: string | undefined;
  /** Name, value, name, value: as they came. */
  rawHeaders: readonly string[];
  /** By lower-case name. */
  headers: Record<string, string | string[] | undefined>;
}

/** Sees the body of an answer pass; it must neither throw nor keep the answer waiting. */
export interface BodyObserver {
  chunk(data: Buffer): void;
  /** The body is whole. Not called when it breaks off. */
  end(): void;
}

/**
 * Over what a request failed: `none`, no connection came about, so that nothing of it was sent or read; `kept`, one
 * that had served before and may have been closed while idle; `new`, any other, or nobody can tell.
 */
export type FailedOver = 'none' | 'kept' | 'new';

/** What becomes of one request: a head or a failure, and a cut after a head if the body breaks off. */
export interface ForwarderEvents {
  /** `103 Early Hints` came before the answer, with these links. */
  onHints(link: string | string[] | undefined): void;
  /**
   * Writes the head to the client; the forwarder passes the body on, with back-pressure. Throws when the head cannot
   * be passed on: the forwarder ends that exchange with the upstream, and tells it as a failure.
   */
  onHead(head: AnswerHead): BodyObserver | undefined;
  /** No head came. */
  onFailure(error: Error, over: FailedOver): void;
  /** The body broke off; the client's connection is ended, so that the client sees it. */
  onCut(error: Error): void;
}

/** What becomes of one upgrade: a WebSocket, another answer, or a failure; a failure may follow a WebSocket too. */
export interface UpgradeEvents {
  /** The headers with which the client gets an answer: name, value, name, value. */
  headersOf(answer: AnswerHead): string[];
  /** The client is told that it is open; what joins the two sockets is up to who hears this. */
  onOpen(upstream: Socket): void;
  /** The upstream answered with this status instead; the forwarder passes that on and ends the connection. */
  onRefused(status: number): void;
  onFailure(error: Error, over: FailedOver): void;
}

/** A request under way. */
export interface Attempt {
  /** Ends it: a failure before the head, a cut after it. */
  giveUp(error: Error): void;
}

/** Carries requests to one instance, over connections of its own. */
export interface Forwarder {
  /**
   * Forwards `request` as it stands (method, url, headers, body); with `expect` the upstream is asked before the body.
   * `fresh`: over a connection that is opened for it.
   */
  send(request: IncomingMessage, response: ServerResponse, events: ForwarderEvents, fresh?: boolean): Attempt;
  /** Forwards an upgrade. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, events: UpgradeEvents): void;
  close(): void;
}
