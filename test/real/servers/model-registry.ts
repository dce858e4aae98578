import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const PAUSE_MS = 300;

/** One answer with the bytes of a layer. */
interface ServedBytes {
  /** The byte that was asked for first. */
  readonly from: number;
  /** Bytes that were written to the connection. */
  readonly sent: number;
}

/** A registry on a loopback port with one model of one large layer, as Ollama pulls it. */
export class ModelRegistry {
  readonly served: ServedBytes[] = [];
  /** After so many bytes of the layer it sends no more and leaves the connection open. */
  stallsAfter: number | undefined;
  readonly #weights: Buffer;
  readonly #config = Buffer.from(JSON.stringify({ model_format: 'gguf', model_family: 'llama' }));
  readonly #server: Server;

  constructor(weights: Buffer) {
    this.#weights = weights;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(weights: Buffer): Promise<ModelRegistry> {
    const registry = new ModelRegistry(weights);
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  /** The name by which Ollama is asked for the model. */
  get model(): string {
    return `http://127.0.0.1:${this.#port}/library/tiny:latest`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', method } = request;
    if (url.includes('/manifests/')) return void response.end(JSON.stringify(this.#manifest()));
    const content = [this.#weights, this.#config].find((each) => url.endsWith(digestOf(each)));
    if (content === undefined) return void response.writeHead(404).end();
    if (method === 'HEAD') return void response.writeHead(200, { 'content-length': content.length }).end();
    // Ollama takes the content from where it is sent to, on another host.
    const location = `http://localhost:${this.#port}/storage/${digestOf(content)}`;
    if (!url.startsWith('/storage/')) return void response.writeHead(307, { location }).end();
    this.#send(content, request, response);
  }

  #send(content: Buffer, request: IncomingMessage, response: ServerResponse): void {
    const [, start = '0', end = String(content.length - 1)] =
      /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const wanted = content.subarray(Number(start), Number(end) + 1);
    const isStalling = content === this.#weights && this.stallsAfter !== undefined;
    const part = isStalling ? wanted.subarray(0, this.stallsAfter) : wanted;
    response.writeHead(206, {
      'content-length': wanted.length,
      'content-range': `bytes ${start}-${end}/${content.length}`,
    });
    if (content === this.#weights) this.served.push({ from: Number(start), sent: part.length });
    if (isStalling) return void response.write(part);
    // Longer than Ollama waits between two lines of progress, so that it tells some.
    const half = Math.floor(part.length / 2);
    response.write(part.subarray(0, half));
    setTimeout(() => response.end(part.subarray(half)), PAUSE_MS);
  }

  #manifest(): object {
    return {
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: layer(this.#config, 'application/vnd.docker.container.image.v1+json'),
      layers: [layer(this.#weights, 'application/vnd.ollama.image.model')],
    };
  }
}

/** One entry of a manifest. */
function layer(content: Buffer, mediaType: string): object {
  return { mediaType, digest: digestOf(content), size: content.length };
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
