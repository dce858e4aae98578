import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EngineSettings } from '../engine-messages.ts';
import { sendJson } from './reply-writer.ts';
import { refusalOf, RequestRefusal } from './request-refusal.ts';

/** Answers the JSON body of a POST; the signal aborts when nobody waits for the answer any more. */
export type ServiceRoute = (body: unknown, response: ServerResponse, signal: AbortSignal) => void | Promise<void>;

/** What a child serves once its model is loaded. */
export interface EngineService {
  /** What the model list tells of the model. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** By path; each is a POST. */
  readonly routes: Readonly<Record<string, ServiceRoute>>;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * The engine's HTTP side, on 127.0.0.1 and a random port. Every path wants the secret; until a model is served every path
 * answers 503 `Loading model`, as llama-server does.
 */
export class EngineServer {
  readonly #server: Server;
  readonly #secretHash: Buffer;
  readonly #settings: EngineSettings;
  readonly #created = Math.floor(Date.now() / 1000);
  #service: EngineService | undefined;

  constructor(secret: string, settings: EngineSettings) {
    this.#secretHash = hash(secret);
    this.#settings = settings;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Opens the port and resolves with its number. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#settings.port, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on requests are answered by the model. */
  serve(service: EngineService): void {
    this.#service = service;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      const refusal = refusalOf(error);
      sendJson(response, refusal.status, refusal.toBody());
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#authorize(request);
    const service = this.#service;
    if (service === undefined) throw new RequestRefusal(503, 'unavailable_error', 'Loading model');
    const { method = '', url = '' } = request;
    const path = url.split('?')[0] ?? '';
    if (method === 'GET' && path === '/health') return sendJson(response, 200, { status: 'ok' });
    if (method === 'GET' && path === '/v1/models') return sendJson(response, 200, this.#models(service));
    const route = Object.hasOwn(service.routes, path) ? service.routes[path] : undefined;
    if (method !== 'POST' || route === undefined) {
      throw new RequestRefusal(404, 'not_found_error', `no such path: ${method} ${path}`);
    }
    const leaving = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) leaving.abort(new Error('the client closed the connection'));
    });
    await route(await readJson(request), response, leaving.signal);
  }

  #authorize(request: IncomingMessage): void {
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(hash(given), this.#secretHash)) {
      throw new RequestRefusal(401, 'authentication_error', 'Invalid API Key');
    }
  }

  #models({ meta }: EngineService): unknown {
    const entry = { id: this.#settings.modelId, object: 'model', created: this.#created, owned_by: 'wooster', meta };
    return { object: 'list', data: [entry] };
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_BODY_BYTES)
      throw new RequestRefusal(413, 'invalid_request_error', 'the body is larger than 32 MiB');
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown;
  } catch {
    throw new RequestRefusal(400, 'invalid_request_error', 'the body is not JSON');
  }
}
