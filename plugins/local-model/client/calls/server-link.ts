import {
  type BaseUrl,
  CallClock,
  classifyFault,
  type ErrorBody,
  type GuardedHttp,
  type HttpReply,
  type HttpRequest,
  isHtml,
  MalformedReplyError,
  parseJson,
  type ProviderError,
  readErrorText,
  readErrorValue,
  readRetryAfter,
  type Secret,
} from 'wooster';
import type { ClientCall } from '../chat-request.ts';
import type { Quirks } from '../quirks.ts';

/** Address, key and manners of one server. */
export interface ServerLinkOptions {
  /** Provider id, for messages. */
  readonly provider: string;
  readonly base: BaseUrl;
  readonly http: GuardedHttp;
  readonly quirks: Quirks;
  readonly apiKey?: Secret;
  /** Line that makes a missing model available: `ollama pull x`. */
  readonly pullHint?: (model: string) => string;
}

/** What an exchange is for; a missing route is a missing capability. */
type Operation = 'chat' | 'embed' | 'models';

/** What one exchange was about, for the error made of its failure. */
export interface Subject {
  readonly operation: Operation;
  readonly model?: string;
}

/** Sends requests to one server and turns each refusal into an error of the table. */
export class ServerLink {
  readonly #options: ServerLinkOptions;

  constructor(options: ServerLinkOptions) {
    this.#options = options;
  }

  /** Names of provider and address, for messages and clocks. */
  get place(): { readonly provider: string; readonly address: string } {
    return { provider: this.#options.provider, address: this.#options.base.address };
  }

  /** Sends and resolves at the status line, whatever it is. */
  send(request: Pick<HttpRequest, 'method' | 'url' | 'json' | 'signal'> & { call: ClientCall }): Promise<HttpReply> {
    const { call, ...rest } = request;
    const key = this.#options.apiKey?.reveal();
    return this.#options.http.request({
      ...rest,
      headers: key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` },
      // The clock of the call decides how long to wait for the answer; here only the connection has its limit.
      limits: { connectMs: call.limits.connectMs, headersMs: call.limits.totalMs },
      permit: call.permit,
    });
  }

  /** One JSON value for one request, within the connect and total limits; undefined for an empty body where allowed. */
  async exchange(exchange: {
    url: string;
    body?: unknown;
    call: ClientCall;
    subject: Subject;
    isEmptyAllowed?: boolean;
  }): Promise<unknown> {
    const { url, body, call, subject } = exchange;
    const clock = new CallClock(call.limits, { ...this.place, model: subject.model }, call.signal);
    try {
      const method = body === undefined ? 'GET' : 'POST';
      const reply = await this.send({ method, url, json: body, call, signal: clock.signal });
      await this.requireSuccess(reply, subject);
      return await this.readJson(reply, subject, exchange.isEmptyAllowed === true);
    } catch (error) {
      throw clock.explain(error);
    } finally {
      clock.dispose();
    }
  }

  /** Throws what a status outside 2xx means. */
  async requireSuccess(reply: HttpReply, subject: Subject): Promise<void> {
    if (reply.status >= 200 && reply.status < 300) return;
    const error = readErrorText(await reply.text(1024 * 1024));
    throw this.toError(error, subject, {
      status: reply.status,
      retryAfterMs: readRetryAfter(reply.headers, Date.now(), reply.status),
    });
  }

  /** The body as JSON; MalformedReplyError for a page, for no JSON, and for emptiness where it is not allowed. */
  async readJson(reply: HttpReply, subject: Subject, isEmptyAllowed = false): Promise<unknown> {
    const text = await reply.text();
    if (text.trim() === '') {
      if (isEmptyAllowed) return undefined;
      throw this.malformed('an empty reply; look into its log', subject);
    }
    const value = parseJson(text);
    if (value !== undefined) return value;
    const what = isHtml(text) ? 'an HTML page; this is no model server, check the address' : 'a reply that is no JSON';
    throw this.malformed(what, subject);
  }

  /** The error for what a server said, with the key taken out of its words. */
  toError(error: ErrorBody, subject: Subject, reply: { status?: number; retryAfterMs?: number } = {}): ProviderError {
    const { quirks, apiKey, pullHint } = this.#options;
    const key = apiKey?.reveal() ?? '';
    const message = key === '' ? error.message : error.message.replaceAll(key, '[secret]');
    const hint = subject.model === undefined ? undefined : pullHint?.(subject.model);
    return classifyFault({
      ...this.place,
      ...subject,
      ...reply,
      isAnyFailure404: quirks.has('any-failure-is-404'),
      error: { ...error, message },
      pullHint: hint,
    });
  }

  /** A 200 whose value is not what was asked for: an error told in the body, or another protocol. */
  misread(value: unknown, subject: Subject, wire: string): ProviderError {
    const error = readErrorValue(value);
    if (error !== undefined) return this.toError(error, subject);
    return this.malformed(`a reply that is not of the ${wire} wire; check the kind of server`, subject);
  }

  /** A MalformedReplyError that names provider and address. */
  malformed(what: string, subject: Subject): MalformedReplyError {
    const { provider, address } = this.place;
    return new MalformedReplyError(`${provider} at ${address}: ${what}`, { provider, model: subject.model });
  }
}
