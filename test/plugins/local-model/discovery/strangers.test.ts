import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { DiscoveredServer } from '../../../../plugins/local-model/discovery/discovered-server.ts';
import { startServer } from '../../../kernel/http/raw-server.ts';
import { discoveryRig } from './discovery-rig.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** An HTTP server of the test; its answers are Ollama's where nothing else is said. */
async function serve(handle: Parameters<typeof startServer>[0]): Promise<number> {
  const { url, stop } = await startServer(handle);
  undo.push(stop);
  return Number(new URL(url).port);
}

/** A server of bare connections. */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function ollama(): Promise<number> {
  return serve((request, reply) => {
    if (request.url === '/') reply.end('Ollama is running');
    else if (request.url === '/api/version') reply.end('{"version":"0.34.4"}');
    else if (request.url === '/v1/models') reply.end('{"object":"list","data":[{"id":"m"}]}');
    else reply.writeHead(404).end('404 page not found');
  });
}

async function look(ports: readonly number[], budgetMs = 5_000): Promise<readonly DiscoveredServer[]> {
  const { discovery } = discoveryRig({ options: { ports, budgetMs } });
  return (await discovery.discover(new AbortController().signal)).servers;
}

describe('what is no model server', () => {
  test('is told for what it is: a web page, a redirect, a locked door, a broken one', async () => {
    const ports = [
      await serve((_, reply) => reply.setHeader('content-type', 'text/html').end('<!doctype html><p>hi')),
      await serve((_, reply) => reply.writeHead(302, { location: 'https://elsewhere.example/' }).end()),
      await serve((_, reply) => reply.writeHead(401).end()),
      await serve((_, reply) => reply.writeHead(403).end()),
      await serve((_, reply) => reply.writeHead(502).end('bad gateway')),
      await serve((_, reply) => reply.writeHead(404).end('not here')),
    ];
    const found = await look(ports);
    expect(found.map(({ name, state }) => `${name}, ${state}`)).toEqual(
      ports.map(() => 'unknown server, misconfigured'),
    );
    expect(found.map(({ note }) => note)).toEqual([
      expect.stringContaining('web page'),
      expect.stringContaining('redirects'),
      expect.stringContaining('apiKey'),
      expect.stringContaining('403'),
      expect.stringContaining('502'),
      expect.stringContaining('no model server that is known'),
    ]);
    expect(found.map(({ isLocked }) => isLocked)).toEqual([false, false, true, false, false, false]);
  });

  test('is told where it does not speak HTTP, and where it resets every connection', async () => {
    const ports = [
      await listen((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n')),
      await listen((socket) => socket.once('data', () => socket.resetAndDestroy())),
    ];
    const found = await look(ports);
    expect(found.map(({ note }) => note)).toEqual(['it does not speak HTTP', expect.stringContaining('closes')]);
  });

  test('is not taken for mlx_lm.server for a health of ok, nor for another engine for an empty list', async () => {
    const health = await serve((request, reply) => {
      if (request.url === '/health') reply.setHeader('server', 'uvicorn').end('{"status": "ok"}');
      else reply.writeHead(404).end('{"detail":"Not Found"}');
    });
    const lists = await serve((_, reply) => reply.end('{"object":"list","data":[]}'));
    expect((await look([health, lists])).map(({ engine }) => engine)).toEqual([undefined, 'openai-compatible']);
  });
});

describe('a server that is silent', () => {
  test('on every route is told as unknown and busy, and holds up no other', async () => {
    const silent = await listen(() => undefined);
    const start = performance.now();
    const found = await look([silent, await ollama()], 200);
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(found).toMatchObject([
      { name: 'unknown server', state: 'busy', isCutShort: true, note: expect.stringContaining('200 ms') },
      { name: 'Ollama', state: 'ready', models: ['m'] },
    ]);
  });

  test('on one route that says nothing of it is recognised without it', async () => {
    const port = await serve((request, reply) => {
      if (request.url === '/system') return;
      if (request.url === '/health') reply.setHeader('server', 'llama.cpp').end('{"status":"ok"}');
      else if (request.url === '/props') reply.end('{"default_generation_settings":{},"build_info":"b1"}');
      else if (request.url === '/v1/models') reply.end('{"data":[{"id":"m"}]}');
      else reply.writeHead(404).end();
    });
    const [found] = await look([port]);
    expect(found).toMatchObject({ name: 'llama.cpp', version: 'b1', models: ['m'], isCutShort: false });
  });

  test('on its list of models is recognised, and its models are not told', async () => {
    const port = await serve((request, reply) => {
      if (request.url === '/v1/models') return;
      if (request.url === '/health') reply.setHeader('server', 'llama.cpp').end('{"status":"ok"}');
      else reply.writeHead(404).end();
    });
    const [found] = await look([port], 200);
    expect(found).toMatchObject({ engine: 'llamacpp', state: 'ready', models: undefined });
  });

  test('on a route that could tell another engine is not called a generic server', async () => {
    const port = await serve((request, reply) => {
      if (request.url === '/openapi.json') return;
      if (request.url === '/v1/models') reply.end('{"data":[{"id":"m"}]}');
      else reply.writeHead(404).end();
    });
    const [found] = await look([port], 200);
    expect(found).toMatchObject({ name: 'unknown server', note: expect.stringContaining('did not answer within') });
  });
});

test('ports at which nobody listens are left out, in a moment', async () => {
  const { url, stop } = await startServer(() => undefined);
  await stop();
  const start = performance.now();
  expect(await look([Number(new URL(url).port)])).toEqual([]);
  expect(performance.now() - start).toBeLessThan(1_000);
});

test('a connection that the server closes before it answers is asked again', async () => {
  let calls = 0;
  const port = await serve((request, reply) => {
    calls += 1;
    if (calls <= 2) request.socket.resetAndDestroy();
    else if (request.url === '/') reply.end('Ollama is running');
    else reply.writeHead(404).end();
  });
  expect(await look([port])).toMatchObject([{ name: 'Ollama' }]);
});

test('the time of a search is that of the clock', async () => {
  let time = 0;
  const clock = { now: () => time, monotonic: () => (time += 40) };
  const { discovery } = discoveryRig({ options: { ports: [await ollama()], clock } });
  const start = time;
  const { totalMs } = await discovery.discover(new AbortController().signal);
  expect(totalMs).toBe(time - start - 40);
});

test('a search that is cancelled ends at once', async () => {
  const { discovery } = discoveryRig({ options: { ports: [await listen(() => undefined)] } });
  const controller = new AbortController();
  const pending = discovery.discover(controller.signal);
  setTimeout(() => controller.abort(), 20);
  await expect(pending).rejects.toMatchObject({ code: 'E_CANCELLED' });
  await expect(discovery.discover(controller.signal)).rejects.toMatchObject({ code: 'E_CANCELLED' });
});
