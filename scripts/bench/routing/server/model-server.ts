import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Behavior, ServerCounts, ServerName } from './behavior.ts';
import { MODEL, recordReply } from './recorded-replies.ts';
import type { RecordedReply } from './recorded-replies.ts';

/** A server of the OpenAI wire on a loopback port that answers at once, or fails as it is told. */
export class ModelServer {
  readonly #name: ServerName;
  readonly #replies = new Map<number, RecordedReply>();
  #server: Server | undefined;
  #port = 0;
  #behavior: Behavior = { kind: 'answer' };
  #chats = 0;
  #openLooks = 0;

  constructor(name: ServerName) {
    this.#name = name;
  }

  counts(): ServerCounts {
    return { chats: this.#chats, openLooks: this.#openLooks };
  }

  async behave(behavior: Behavior): Promise<void> {
    this.#behavior = behavior;
    this.#chats = 0;
    if (behavior.kind === 'refuse') await this.#close();
    else await this.listen();
  }

  /** Opens the port, the same one each time; resolves to the address. */
  async listen(): Promise<string> {
    if (this.#server === undefined) {
      this.#server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => this.#take(request, response));
      this.#server.listen(this.#port, '127.0.0.1');
      await once(this.#server, 'listening');
      this.#port = (this.#server.address() as AddressInfo).port;
    }
    return `http://127.0.0.1:${this.#port}`;
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => {
      const [, tokens, route] = /^\/(\d+)(\/.*)$/.exec(request.url ?? '') ?? [];
      if (route === '/v1/chat/completions') this.#chat(Number(tokens), body, response);
      else this.#look(route ?? '', response);
    });
  }

  #look(path: string, response: ServerResponse): void {
    const behavior = this.#behavior;
    this.#openLooks += 1;
    response.once('close', () => (this.#openLooks -= 1));
    if ('reach' in behavior && behavior.reach === 'all') {
      if (behavior.kind === 'status') refuseWith(response, behavior);
      return;
    }
    const models = [{ id: MODEL, object: 'model', owned_by: 'bench' }];
    if (path === '/v1/models') sendJson(response, 200, { object: 'list', data: models });
    else sendJson(response, 404, { error: { message: 'no such route', type: 'not_found' } });
  }

  #chat(tokens: number, body: string, response: ServerResponse): void {
    const behavior = this.#behavior;
    this.#chats += 1;
    if (behavior.kind === 'hang') return;
    if (behavior.kind === 'status') {
      refuseWith(response, behavior);
      return;
    }
    const reply = this.#replyOf(tokens);
    const afterTokens = behavior.kind === 'cut' ? behavior.afterTokens : undefined;
    if (body.includes('"stream":true')) sendStream(response, reply, afterTokens);
    else sendPlain(response, reply, afterTokens !== undefined);
  }

  #replyOf(tokens: number): RecordedReply {
    const known = this.#replies.get(tokens) ?? recordReply(this.#name, tokens);
    this.#replies.set(tokens, known);
    return known;
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown, headers: object = {}): void {
  const bytes = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length, ...headers });
  response.end(bytes);
}

function refuseWith(response: ServerResponse, behavior: Extract<Behavior, { kind: 'status' }>): void {
  const { status, retryAfterSeconds } = behavior;
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  sendJson(response, status, { error: { message: `refused with ${status}`, type: 'bench', code: null } }, headers);
}

function sendPlain(response: ServerResponse, { plain }: RecordedReply, isCut: boolean): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': plain.length });
  if (isCut) response.write(plain.subarray(0, plain.length / 2), () => response.socket?.destroy());
  else response.end(plain);
}

function sendStream(response: ServerResponse, { events }: RecordedReply, afterTokens: number | undefined): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  // The first event is the head, so a cut after n tokens is one after n + 1 events.
  const sent = afterTokens === undefined ? events : events.slice(0, afterTokens + 1);
  for (const bytes of sent) response.write(bytes);
  // Some milliseconds later, so that what was sent has been read: a cut is no loss of what came before it.
  if (afterTokens === undefined) response.end();
  else setTimeout(() => response.socket?.destroy(), CUT_DELAY_MS);
}

const CUT_DELAY_MS = 3;
