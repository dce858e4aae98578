import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answerCall } from './answer-call.ts';
import { readCall } from './http/call.ts';
import { destroySocket, finish, playReply } from './http/play.ts';
import type { FakeServerOptions, RequestRecord, Rule } from './protocol.ts';
import { Script } from './rules.ts';
import { mergedScript, servedModels, type ServedModel } from './world.ts';

/** The HTTP side of the fake: listens on loopback, answers by dialect and script, keeps a record of every request. */
export class FakeServer {
  #options: FakeServerOptions;
  #script: Script;
  #models: ServedModel[];
  #records: RequestRecord[] = [];
  #open = new Map<RequestRecord, Socket>();
  #connections = new WeakMap<Socket, number>();
  #connectionCount = 0;
  #number = 0;
  #port = 0;
  #server: Server | undefined;
  #listening: Promise<number> | undefined;
  #return: NodeJS.Timeout | undefined;

  constructor(options: FakeServerOptions) {
    this.#options = options;
    this.#script = new Script(options.rules ?? []);
    this.#models = servedModels(options);
  }

  /** Opens the port (again, after a refusal); the first time a free one, unless the options name it. */
  async listen(): Promise<number> {
    clearTimeout(this.#return);
    this.#listening ??= this.#openPort();
    return this.#listening;
  }

  async #openPort(): Promise<number> {
    const server = createServer(
      { keepAliveTimeout: 60_000 },
      (request, response) => void this.#serve(request, response),
    );
    server.on('connection', (socket) => {
      socket.setNoDelay(true);
      this.#connectionCount += 1;
      this.#connections.set(socket, this.#connectionCount);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port || (this.#options.port ?? 0), '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    return this.#port;
  }

  /** Closes the port and every connection, so that new ones are refused; opens it again after a time if one is given. */
  refuse(forMs: number | undefined): void {
    const server = this.#server;
    this.#server = undefined;
    this.#listening = undefined;
    clearTimeout(this.#return);
    server?.close();
    server?.closeAllConnections();
    for (const record of this.#records) finish(record, 'server-cut');
    if (forMs !== undefined) this.#return = setTimeout(() => void this.listen(), forMs);
  }

  /** Other rules from now on. */
  script(rules: Rule[]): void {
    this.#script.replace(rules);
  }

  /** As if newly started with these options on the same port: nothing is left of rules, records, models or open requests. */
  reset(options: FakeServerOptions): void {
    this.#options = options;
    this.#script.replace(options.rules ?? []);
    this.#models = servedModels(options);
    this.#number = 0;
    for (const [record, socket] of this.#open) {
      finish(record, 'server-cut');
      destroySocket(socket, true);
    }
    this.forget();
  }

  /** Other settings from now on; what is not named stays. */
  configure(options: Partial<FakeServerOptions>): void {
    this.#options = { ...this.#options, ...options };
    if (options.models !== undefined) this.#models = servedModels(this.#options);
    if (options.rules !== undefined) this.#script.replace(options.rules);
  }

  /** What arrived so far, after waiting at most so long for open requests to end. */
  async requests(waitMs: number): Promise<RequestRecord[]> {
    const limit = Date.now() + waitMs;
    while (Date.now() < limit && this.#records.some((record) => record.outcome === 'open')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.#records;
  }

  /** Drops the records. */
  forget(): void {
    this.#records = [];
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const leaving = new AbortController();
    const record = this.#newRecord(request);
    this.#records.push(record);
    this.#open.set(record, request.socket);
    response.once('close', () => {
      if (!response.writableFinished) leaving.abort();
    });
    try {
      const call = await readCall(request);
      record.body = call.isBadJson || call.text === '' ? call.text : call.body;
      const live = this.#script.take(call);
      const refusal = live?.faults.find((fault) => fault.kind === 'refuse');
      if (refusal !== undefined) {
        this.refuse(refusal.forMs);
        return;
      }
      const world = {
        options: this.#options,
        models: this.#models,
        script: mergedScript(this.#options.reply, live?.rule.reply),
        faults: live?.faults ?? [],
        nextNumber: () => (this.#number += 1),
      };
      const reply = answerCall(call, world, live?.rule.replay);
      await playReply({ request, response, record, left: leaving.signal }, reply);
    } catch (error) {
      // The caller left in mid-request, or the fake itself is at fault: then the socket must not stay open.
      if (!leaving.signal.aborted) process.stderr.write(`fake model server: ${String(error)}\n`);
      finish(record, leaving.signal.aborted ? 'client-closed' : 'server-cut');
      destroySocket(request.socket, true);
    } finally {
      this.#open.delete(record);
    }
  }

  #newRecord(request: IncomingMessage): RequestRecord {
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    return {
      id: this.#records.length + 1,
      connection: this.#connections.get(request.socket) ?? 0,
      method: request.method ?? 'GET',
      path,
      query,
      headers: request.headers,
      body: undefined,
      receivedAt: Date.now(),
      outcome: 'open',
      status: undefined,
      bytesSent: 0,
      tokensSent: 0,
      firstByteAt: undefined,
      endedAt: undefined,
    };
  }
}
