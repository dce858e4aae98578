import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATUS_CODES } from 'node:http';
import type { RequestRecord } from '../protocol.ts';
import { replyBytes, type Reply, type Step } from './reply.ts';

/** One exchange on the wire: where to write, and when the caller left. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  record: RequestRecord;
  left: AbortSignal;
}

interface Writer {
  head(reply: Reply): void;
  write(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
  destroy(isReset: boolean): void;
}

/**
 * Performs a reply step by step and keeps the record up to date. Ends early when the caller leaves.
 * The record's outcome is final when the promise resolves.
 */
export async function playReply(exchange: Exchange, reply: Reply): Promise<void> {
  const { record, left } = exchange;
  const writer = reply.isOldHttp === true ? closingWriter(exchange) : nodeWriter(exchange);
  for (const step of reply.steps) {
    if (left.aborted) break;
    if (step.kind === 'cut') {
      finish(record, 'server-cut');
      writer.destroy(step.isReset);
      return;
    }
    await playStep(step, { exchange, reply, writer });
  }
  if (!left.aborted) await writer.end();
  finish(record, left.aborted ? 'client-closed' : 'answered');
}

/** Settles a record once; later calls change nothing. */
export function finish(record: RequestRecord, outcome: RequestRecord['outcome']): void {
  if (record.outcome !== 'open') return;
  record.outcome = outcome;
  record.endedAt = Date.now();
}

async function playStep(step: Step, stage: { exchange: Exchange; reply: Reply; writer: Writer }): Promise<void> {
  const { record, left } = stage.exchange;
  if (step.kind === 'wait') await waitOrLeave(step.forMs, left);
  if (step.kind === 'head') {
    record.status = stage.reply.status;
    stage.writer.head(stage.reply);
  }
  if (step.kind === 'send') {
    await stage.writer.write(step.bytes);
    record.firstByteAt ??= Date.now();
    record.bytesSent += step.bytes.length;
    step.onSent?.();
    if (step.part === 'token') record.tokensSent += 1;
  }
}

async function waitOrLeave(forMs: number, left: AbortSignal): Promise<void> {
  // 2^31-1 is the longest timer Node has; the child's life limit ends before it.
  await sleep(Math.min(forMs, 2_147_483_647), undefined, { signal: left }).catch(() => undefined);
}

function headersOf(reply: Reply): Record<string, string> {
  const headers = { ...reply.headers };
  if (reply.framing === 'length') headers['Content-Length'] = String(reply.promisedBytes ?? replyBytes(reply));
  return headers;
}

/** HTTP/1.1 through Node's own response. */
function nodeWriter(exchange: Exchange): Writer {
  const { request, response, left } = exchange;
  return {
    head(reply) {
      response.writeHead(reply.status, headersOf(reply));
      response.flushHeaders();
    },
    async write(bytes) {
      await new Promise<void>((resolve) => {
        left.addEventListener('abort', () => resolve(), { once: true });
        response.write(bytes, () => resolve());
      });
    },
    async end() {
      await new Promise<void>((resolve) => {
        left.addEventListener('abort', () => resolve(), { once: true });
        response.end(() => resolve());
      });
    },
    destroy: (isReset) => destroySocket(request.socket, isReset),
  };
}

/** HTTP/1.0 as Python's simple server speaks it: no length for a stream, the end is the close. */
function closingWriter(exchange: Exchange): Writer {
  const { socket } = exchange.request;
  return {
    head(reply) {
      const lines = [`HTTP/1.0 ${reply.status} ${STATUS_CODES[reply.status] ?? 'Unknown'}`];
      for (const [name, value] of Object.entries(headersOf(reply))) lines.push(`${name}: ${value}`);
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    },
    async write(bytes) {
      await new Promise<void>((resolve) => {
        socket.write(bytes, () => resolve());
      });
    },
    async end() {
      await new Promise<void>((resolve) => {
        socket.end(() => resolve());
      });
    },
    destroy: (isReset) => destroySocket(socket, isReset),
  };
}

/** Closes a socket at once: with a reset (the caller sees ECONNRESET) or by a plain close in mid-body. */
export function destroySocket(socket: Socket, isReset: boolean): void {
  if (isReset) socket.resetAndDestroy();
  else socket.destroy();
}
