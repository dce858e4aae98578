import {
  CallClock,
  CapabilityError,
  checkVectors,
  ContentFilteredError,
  type EmbeddingRole,
  type HttpReply,
  readErrorValue,
  readNdjson,
} from 'wooster';
import { readChatStream } from './calls/read-stream.ts';
import { ServerLink, type ServerLinkOptions, type Subject } from './calls/server-link.ts';
import { answerToDeltas, isEmptyAnswer, type ChatDelta, type ChatReply, type ReplyFacts } from './chat-reply.ts';
import type { ChatRequest, ClientCall } from './chat-request.ts';
import type { Dialect, ListedModel } from './dialects/dialect.ts';

/** What a client is built with. */
export interface LocalModelClientOptions extends ServerLinkOptions {
  readonly dialect: Dialect;
  /** Window to ask of the server, where its dialect can. */
  readonly contextTokens?: number;
  readonly keepAlive?: string | number;
  /** Whether the model is in memory, asked before a first call, so that loading has its own limit; undefined is unknown. */
  readonly isLoaded?: (model: string, call: ClientCall) => Promise<boolean | undefined>;
}

/** One batch of texts. */
interface EmbeddingRequest {
  readonly model: string;
  readonly texts: readonly string[];
  /** Length each vector must have; without it all must have one length. */
  readonly dimensions?: number;
  /** Asks the server to cut to `dimensions`; only for models trained for it. */
  readonly isCutByServer?: boolean;
  /** Tells a server that adds the prefixes itself what the texts are. */
  readonly inputType?: EmbeddingRole;
}

/** Vectors of one request, checked. */
interface EmbeddingReply {
  readonly vectors: readonly Float32Array[];
  readonly inputTokens?: number;
}

/** After an answer the model is taken to stay in memory this long (Ollama keeps it 5 minutes). */
const WARM_MS = 240_000;
const LOAD_QUESTION_MS = 1_000;

/** One server, spoken to in its dialect. Every method throws contract errors only and ends when its signal aborts. */
export class LocalModelClient {
  readonly #options: LocalModelClientOptions;
  readonly #link: ServerLink;
  readonly #warmAt = new Map<string, number>();

  constructor(options: LocalModelClientOptions) {
    this.#options = options;
    this.#link = new ServerLink(options);
  }

  /** Whether the server runs on this machine, so that files it names are files here. */
  get isLoopback(): boolean {
    return this.#options.base.isLoopback;
  }

  /** One whole answer, within the connect and total limits. */
  async chat(request: ChatRequest, call: ClientCall): Promise<ChatReply> {
    const { dialect, base } = this.#options;
    const subject: Subject = { operation: 'chat', model: request.model };
    const body = this.#chatBody(request, false);
    const value = await this.#link.exchange({ url: dialect.chatUrl(base), body, call, subject });
    return this.#wholeAnswer(value, subject);
  }

  /** The answer as it comes, within all limits. It is whole only when the iteration ends by itself. */
  async *streamChat(request: ChatRequest, call: ClientCall): AsyncGenerator<ChatDelta, void> {
    const { model } = request;
    const clock = new CallClock(call.limits, { ...this.#link.place, model }, call.signal);
    try {
      clock.start(await this.#isLoadExpected(model, { ...call, signal: clock.signal }));
      yield* this.#stream(request, call, clock);
      this.#warmAt.set(model, performance.now());
    } catch (error) {
      throw clock.explain(error);
    } finally {
      clock.dispose();
    }
  }

  /** Throws CapabilityError where this kind of server has no embeddings; asks nobody. */
  requireEmbeddings(model: string): void {
    if (this.#options.quirks.has('no-embeddings')) throw noEmbeddings(this.#link.place.provider, model);
  }

  /** One checked vector a text, in order. */
  async embed(request: EmbeddingRequest, call: ClientCall): Promise<EmbeddingReply> {
    const { dialect, base, keepAlive } = this.#options;
    const { model, texts, dimensions, inputType } = request;
    this.requireEmbeddings(model);
    const subject: Subject = { operation: 'embed', model };
    const asked = request.isCutByServer === true ? dimensions : undefined;
    const body = dialect.embedBody(texts, { model, dimensions: asked, keepAlive, inputType });
    const value = await this.#link.exchange({ url: dialect.embedUrl(base), body, call, subject });
    const raw = dialect.readEmbeddings(value);
    if (raw === undefined) throw this.#link.misread(value, subject, dialect.id);
    const { provider } = this.#link.place;
    const vectors = checkVectors(raw.vectors, { provider, model, count: texts.length, dimensions });
    return { vectors, inputTokens: raw.inputTokens };
  }

  /** What the server lists. */
  async listModels(call: ClientCall): Promise<readonly ListedModel[]> {
    const { dialect, base } = this.#options;
    const subject: Subject = { operation: 'models' };
    // mlx_lm.server 0.32 answers 200 without a body when its cache folder does not exist: it has no models.
    const value = await this.#link.exchange({ url: dialect.modelsUrl(base), call, subject, isEmptyAllowed: true });
    if (value === undefined) return [];
    const models = dialect.readModels(value);
    if (models === undefined) throw this.#link.misread(value, subject, dialect.id);
    return models;
  }

  /** Reads any route of the server as JSON; `body` makes it a POST. A refusal is thrown as for the other calls. */
  async read(path: string, call: ClientCall, body?: unknown): Promise<unknown> {
    const url = this.#options.base.root + path;
    return this.#link.exchange({ url, body, call, subject: { operation: 'models' }, isEmptyAllowed: true });
  }

  /** Posts to a route that answers with one JSON value a line (a pull); a line that tells an error is thrown. */
  async *readLines(path: string, call: ClientCall, body: unknown): AsyncGenerator<unknown, void> {
    const subject: Subject = { operation: 'models' };
    const clock = new CallClock(call.limits, this.#link.place, call.signal);
    try {
      clock.start(false);
      const url = this.#options.base.root + path;
      const reply = await this.#link.send({ method: 'POST', url, json: body, call, signal: clock.signal });
      await this.#link.requireSuccess(reply, subject);
      for await (const value of readNdjson(reply.body)) {
        clock.token();
        const error = readErrorValue(value);
        if (error !== undefined) throw this.#link.toError(error, subject);
        yield value;
      }
    } catch (error) {
      throw clock.explain(error);
    } finally {
      clock.dispose();
    }
  }

  /** Status, headers and text of any route, whatever the status: for fingerprints and health. */
  async look(path: string, call: ClientCall): Promise<{ status: number; text: string; headers: HttpReply['headers'] }> {
    const clock = new CallClock(call.limits, this.#link.place, call.signal);
    try {
      const url = this.#options.base.root + path;
      const reply = await this.#link.send({ method: 'GET', url, call, signal: clock.signal });
      return { status: reply.status, headers: reply.headers, text: await reply.text(1024 * 1024) };
    } catch (error) {
      throw clock.explain(error);
    } finally {
      clock.dispose();
    }
  }

  async *#stream(request: ChatRequest, call: ClientCall, clock: CallClock): AsyncGenerator<ChatDelta, void> {
    const { dialect, base, quirks } = this.#options;
    const subject: Subject = { operation: 'chat', model: request.model };
    const url = dialect.chatUrl(base);
    const json = this.#chatBody(request, true);
    const reply = await this.#link.send({ method: 'POST', url, json, call, signal: clock.signal });
    await this.#link.requireSuccess(reply, subject);
    const contentType = reply.headers['content-type'] ?? '';
    if (/^(application\/json|text\/html)\b/i.test(contentType)) {
      // A server that does not stream, an error under a status of 200, or a web page.
      yield* answerToDeltas(this.#wholeAnswer(await this.#link.readJson(reply, subject), subject));
      return;
    }
    let pieces = 0;
    let facts: ReplyFacts = {};
    const stream = { ...this.#link.place, model: request.model, dialect, quirks, clock };
    for await (const delta of readChatStream(reply, {
      ...stream,
      toError: (error) => this.#link.toError(error, subject),
    })) {
      if (delta.kind === 'facts') facts = { ...facts, ...delta };
      else pieces += 1;
      yield delta;
    }
    this.#requireShown(facts, subject);
    if (pieces === 0) this.#requireSubstance({ text: '', reasoning: '', toolCalls: [], ...facts }, subject);
  }

  #chatBody(request: ChatRequest, isStream: boolean): Readonly<Record<string, unknown>> {
    const { dialect, quirks, contextTokens, keepAlive } = this.#options;
    return dialect.chatBody(request, { isStream, quirks, contextTokens, keepAlive });
  }

  #wholeAnswer(value: unknown, subject: Subject): ChatReply {
    const answer = this.#options.dialect.readReply(value);
    if (answer === undefined) throw this.#link.misread(value, subject, this.#options.dialect.id);
    this.#requireShown(answer, subject);
    this.#requireSubstance(answer, subject);
    if (subject.model !== undefined) this.#warmAt.set(subject.model, performance.now());
    return answer;
  }

  /** Gateways before a server have filters; their answers end in order and lack the rest. */
  #requireShown({ finishReason }: ReplyFacts, subject: Subject): void {
    if (finishReason !== 'content_filter') return;
    const { provider, address } = this.#link.place;
    const text = `${provider} at ${address}: a content filter withheld the rest of the answer; ask differently, or use another model`;
    throw new ContentFilteredError(text, { provider, model: subject.model });
  }

  #requireSubstance(answer: ChatReply, subject: Subject): void {
    if (isEmptyAnswer(answer)) throw this.#link.malformed('an empty answer; ask again or use another model', subject);
  }

  async #isLoadExpected(model: string, call: ClientCall): Promise<boolean> {
    const warmAt = this.#warmAt.get(model);
    const isWarm = warmAt !== undefined && performance.now() - warmAt < WARM_MS;
    if (isWarm || this.#options.isLoaded === undefined) return false;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(LOAD_QUESTION_MS)]);
    try {
      return (await this.#options.isLoaded(model, { ...call, signal })) === false;
    } catch (error) {
      // Not knowing is no fault of the call; it is sent with the ordinary limit.
      if (call.signal.aborted) throw error;
      return false;
    }
  }
}

function noEmbeddings(provider: string, model: string): CapabilityError {
  const text = `${provider}: this kind of server has no embeddings; use another for them`;
  return new CapabilityError(text, { capability: 'embed', provider, model });
}
