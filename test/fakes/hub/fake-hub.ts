import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What the hub does with one request. */
export type HubMove =
  | { readonly kind: 'serve'; readonly etag?: string; readonly isClosing?: boolean }
  | { readonly kind: 'ignore-range' }
  | { readonly kind: 'serve-bytes'; readonly bytes: Buffer; readonly isChunked?: boolean }
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'hang-before-headers' }
  | { readonly kind: 'hang-in-body'; readonly afterBytes: number }
  | { readonly kind: 'gate'; readonly afterBytes: number; readonly opened: Promise<unknown> }
  | { readonly kind: 'slow'; readonly pieces: number; readonly pauseMs: number }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'redirect'; readonly to: string };

/** A repository of a hub: its files by path. Those in `onnx/` and safetensors are kept apart, as a hub keeps large files. */
export interface FakeRepository {
  /** `owner/name`. */
  readonly name: string;
  readonly files: ReadonlyMap<string, Buffer>;
  /** A hub that tells sizes alone, as a plain web server does. */
  readonly isPlain?: boolean;
}

/** The state of the repository that the hub tells. */
export const FAKE_COMMIT = 'c'.repeat(40);

/** What was asked of the hub. */
export interface HubRequestSeen {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

interface Span {
  readonly status: number;
  readonly start: number;
}

/**
 * A model hub on a loopback port, of one file whatever is asked for, or of one repository; each file that is sent takes the
 * next move of the script, and the last one repeats. Questions by HEAD and redirects to the place of storage take none.
 */
export class FakeHub {
  readonly requests: HubRequestSeen[] = [];
  readonly #content: Buffer | FakeRepository;
  readonly #moves: HubMove[];
  readonly #server: Server;

  constructor(content: Buffer | FakeRepository, moves: readonly HubMove[]) {
    this.#content = content;
    this.#moves = [...moves];
    this.#server = createServer((request, response) => {
      void this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(content: Buffer | FakeRepository, ...moves: HubMove[]): Promise<FakeHub> {
    const hub = new FakeHub(content, moves.length > 0 ? moves : [{ kind: 'serve' }]);
    await new Promise<void>((resolve) => {
      hub.#server.listen(0, '127.0.0.1', resolve);
    });
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Replaces what is left of the script. */
  play(...moves: HubMove[]): void {
    this.#moves.splice(0, this.#moves.length, ...moves);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { range, 'if-range': ifRange } = request.headers;
    const { url: path = '', method = '' } = request;
    this.requests.push({ method, path, range, ifRange: ifRange as string | undefined });
    const listing = this.#listingFor(path);
    if (listing !== undefined) return void response.writeHead(200).end(JSON.stringify(listing));
    const content = this.#contentOf(path);
    if (content === undefined) return void response.writeHead(404).end();
    if (!Buffer.isBuffer(this.#content) && this.#tells(request, response, content)) return;
    const move = (this.#moves.length > 1 ? this.#moves.shift() : this.#moves[0]) as HubMove;
    if (move.kind === 'hang-before-headers') return;
    if (move.kind === 'status') {
      response.writeHead(move.status).end('<html>no file</html>');
    } else if (move.kind === 'redirect') {
      response.writeHead(302, { location: move.to }).end();
    } else if (move.kind === 'serve-bytes') {
      response.writeHead(200, move.isChunked ? {} : { 'content-length': move.bytes.length });
      response.write(move.bytes);
      response.end();
    } else {
      await this.#send(move, { request, response, content });
    }
  }

  /** What a hub tells of the newest state of a repository. */
  #listingFor(path: string): object | undefined {
    if (Buffer.isBuffer(this.#content) || path !== `/api/models/${this.#content.name}/revision/main`) return undefined;
    const siblings = [...this.#content.files.keys()].map((rfilename) => ({ rfilename }));
    return { id: this.#content.name, sha: FAKE_COMMIT, siblings };
  }

  #contentOf(path: string): Buffer | undefined {
    if (Buffer.isBuffer(this.#content)) return this.#content;
    const { name, files } = this.#content;
    const match = /^(\/storage)?\/(.+)\/resolve\/(main|c{40})\/(.+)$/.exec(path);
    return match?.[2] === name ? files.get(match[4] ?? '') : undefined;
  }

  /** Answers what is asked about a file of a repository, and points to where a large one is kept. */
  #tells(request: IncomingMessage, response: ServerResponse, content: Buffer): boolean {
    const { url = '', method } = request;
    const isPlain = (this.#content as FakeRepository).isPlain === true;
    if (isPlain && method === 'HEAD') {
      response.writeHead(200, { 'content-length': content.length, etag: '"plain"' }).end();
      return true;
    }
    if (isPlain || url.startsWith('/storage/')) return false;
    const commit = { 'x-repo-commit': FAKE_COMMIT };
    if (url.includes('/onnx/') || url.endsWith('.safetensors')) {
      const sha256 = createHash('sha256').update(content).digest('hex');
      const linked = { 'x-linked-size': content.length, 'x-linked-etag': `"${sha256}"` };
      response.writeHead(302, { ...commit, ...linked, location: `/storage${url}` }).end();
      return true;
    }
    if (method !== 'HEAD') return false;
    const sha1 = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    response.writeHead(200, { ...commit, 'content-length': content.length, etag: `"${sha1}"` }).end();
    return true;
  }

  async #send(
    move: HubMove,
    { request, response, content }: { request: IncomingMessage; response: ServerResponse; content: Buffer },
  ): Promise<void> {
    const etag = (move.kind === 'serve' && move.etag) || '"v1"';
    const { status, start } = this.#spanOf(request, move, etag);
    const body = content.subarray(start);
    const total = content.length;
    response.writeHead(status, {
      etag,
      'content-length': body.length,
      ...(move.kind === 'serve' && move.isClosing ? { connection: 'close' } : {}),
      ...(status === 206 ? { 'content-range': `bytes ${start}-${total - 1}/${total}` } : {}),
    });
    if (move.kind === 'cut' || move.kind === 'hang-in-body') {
      await new Promise((resolve) => {
        response.write(body.subarray(0, move.afterBytes), resolve);
      });
      // Time for the reader: what it has not read when the connection breaks is lost to it.
      await delay(150);
      if (move.kind === 'cut') response.destroy();
      return;
    }
    if (move.kind === 'gate') {
      response.write(body.subarray(0, move.afterBytes));
      await move.opened;
      response.end(body.subarray(move.afterBytes));
      return;
    }
    const pieces = move.kind === 'slow' ? move.pieces : 1;
    const size = Math.ceil(body.length / pieces);
    for (let index = 0; index < pieces; index += 1) {
      response.write(body.subarray(index * size, (index + 1) * size));
      if (move.kind === 'slow') await delay(move.pauseMs);
    }
    response.end();
  }

  #spanOf(request: IncomingMessage, move: HubMove, etag: string): Span {
    const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const guard = request.headers['if-range'];
    const isWanted = match !== null && move.kind !== 'ignore-range' && (guard === undefined || guard === etag);
    return isWanted ? { status: 206, start: Number(match[1]) } : { status: 200, start: 0 };
  }
}
