import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { ProviderTimeoutError } from '../../../contracts/errors/provider-errors.ts';
import type { HttpLimits } from '../../../contracts/models/http.ts';
import { http, https } from '../../node-http.ts';

/** What a watch is told: whom to name in messages, the limits, and what to do when one passes. */
interface WatchOptions {
  readonly provider: string;
  readonly address: string;
  /** Without them only what passes through is watched. */
  readonly limits?: HttpLimits;
  readonly onLimit: (error: ProviderTimeoutError) => void;
}

/**
 * Measures the two limits of an exchange on the socket itself: `connect` from its making until it stands (TLS included;
 * a kept-alive socket stands already), then `headers` until the status line.
 */
export class ConnectionWatch {
  readonly #options: WatchOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The transport axios is given in place of `http`: it makes the request and watches its socket. */
  transportFor(protocol: string): {
    request(options: RequestOptions, callback: (reply: IncomingMessage) => void): ClientRequest;
  } {
    const isTls = protocol === 'https:';
    const transport = isTls ? https : http;
    return {
      request: (options, callback) => {
        this.#start('connect', this.#options.limits?.connectMs);
        const request = transport.request(options, (reply) => {
          this.stop();
          callback(reply);
        });
        request.once('socket', (socket) => this.#watch(socket, isTls));
        return request;
      },
    };
  }

  /** Ends the watch; calling it again does nothing. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(socket: Socket, isTls: boolean): void {
    const stand = (): void => {
      if (this.#timer !== undefined) this.#start('first-token', this.#options.limits?.headersMs);
    };
    if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', stand);
    else stand();
  }

  #start(phase: 'connect' | 'first-token', limitMs: number | undefined): void {
    this.stop();
    if (limitMs === undefined) return;
    const { provider, address, onLimit } = this.#options;
    const advice =
      phase === 'connect'
        ? 'check that the machine is on and reachable, or raise the connect limit'
        : 'it may be loading a model or reading a long prompt; raise the first-token limit or use a smaller model';
    const what = phase === 'connect' ? 'no connection' : 'no answer';
    this.#timer = setTimeout(() => {
      onLimit(
        new ProviderTimeoutError(`${provider} at ${address}: ${what} within ${limitMs} ms; ${advice}`, {
          phase,
          limitMs,
          provider,
        }),
      );
    }, limitMs);
  }
}
