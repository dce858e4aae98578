import type { GuardedHttp, HttpReply, HttpRequest } from 'wooster';

/** Counts the exchanges with a server that have not ended, so that it is not restarted under a call. */
export class CallsInFlight implements GuardedHttp {
  readonly #http: GuardedHttp;
  #count = 0;

  constructor(http: GuardedHttp) {
    this.#http = http;
  }

  get count(): number {
    return this.#count;
  }

  get allowedHosts(): readonly string[] {
    return this.#http.allowedHosts;
  }

  async request(request: HttpRequest): Promise<HttpReply> {
    this.#count += 1;
    let isOpen = true;
    const close = (): void => {
      if (isOpen) this.#count -= 1;
      isOpen = false;
    };
    // A reply that nobody reads to its end is left by the signal of its call.
    request.signal.addEventListener('abort', close, { once: true });
    try {
      return watched(await this.#http.request(request), close);
    } catch (error) {
      close();
      throw error;
    }
  }

  fetch(...permit: Parameters<GuardedHttp['fetch']>): ReturnType<GuardedHttp['fetch']> {
    return this.#http.fetch(...permit);
  }

  dispose(): void {
    this.#http.dispose();
  }
}

function watched(reply: HttpReply, close: () => void): HttpReply {
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      yield* reply.body;
    } finally {
      close();
    }
  }
  return {
    status: reply.status,
    headers: reply.headers,
    body: body(),
    text: (maxBytes) => reply.text(maxBytes).finally(close),
  };
}
