import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChildSettings, LoadedModel } from '../engine-messages.ts';
import { refusalOf, type ChatEndpoint } from './chat-endpoint.ts';
import { sendJson } from './reply-writer.ts';
import { RequestRefusal } from './request-refusal.ts';

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * The engine's HTTP side, on 127.0.0.1 and a random port. Every path wants the secret; until a model is served every path
 * answers 503 `Loading model`, as llama-server does.
 */
export class EngineServer {
  readonly #server: Server;
  readonly #secretHash: Buffer;
  readonly #settings: ChildSettings;
  readonly #created = Math.floor(Date.now() / 1000);
  #loaded: { endpoint: ChatEndpoint; model: LoadedModel } | undefined;

  constructor(secret: string, settings: ChildSettings) {
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
  serve(endpoint: ChatEndpoint, model: LoadedModel): void {
    this.#loaded = { endpoint, model };
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
    const loaded = this.#loaded;
    if (loaded === undefined) throw new RequestRefusal(503, 'unavailable_error', 'Loading model');
    const route = `${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`;
    if (route === 'GET /health') return sendJson(response, 200, { status: 'ok' });
    if (route === 'GET /v1/models') return sendJson(response, 200, this.#models(loaded.model));
    if (route === 'POST /tokenize')
      return sendJson(response, 200, loaded.endpoint.countTokens(await readJson(request)));
    if (route === 'POST /v1/chat/completions') {
      const leaving = new AbortController();
      response.once('close', () => {
        if (!response.writableFinished) leaving.abort(new Error('the client closed the connection'));
      });
      return loaded.endpoint.complete(await readJson(request), response, leaving.signal);
    }
    throw new RequestRefusal(404, 'not_found_error', `no such path: ${route}`);
  }

  #authorize(request: IncomingMessage): void {
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(hash(given), this.#secretHash)) {
      throw new RequestRefusal(401, 'authentication_error', 'Invalid API Key');
    }
  }

  #models(model: LoadedModel): unknown {
    const meta = {
      n_ctx: model.contextTokens,
      n_ctx_train: model.trainedContextTokens,
      n_params: model.parameters,
      size: model.sizeBytes,
      name: model.name,
      chat_template: model.chatTemplate,
    };
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
