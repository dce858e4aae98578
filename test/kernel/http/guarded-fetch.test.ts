import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ownLookup, startForwardProxy } from './forward-proxy.ts';
import { client, serve, undoAfterTest } from './ending-after-test.ts';
import { get } from './raw-server.ts';

const stolen = (): never => {
  throw new Error('it went to others');
};

describe('what others set in the process', () => {
  test('a proxy that Node itself takes from the environment gets no request to this machine', async () => {
    const { url } = await serve((_request, reply) => void reply.end('direct'));
    const proxy = await startForwardProxy(Number(new URL(url).port));
    undoAfterTest(() => proxy.stop());
    const child = fileURLToPath(new URL('./fetch-child.ts', import.meta.url));
    const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy.url, http_proxy: proxy.url, ALL_PROXY: proxy.url };
    const { stdout } = await promisify(execFile)(process.execPath, [child, url], { env, timeout: 30_000 });
    expect(JSON.parse(stdout)).toEqual(['direct', 'direct']);
    expect(proxy.asked).toEqual([]);
  });

  test('a global dispatcher and another global fetch are not used', async () => {
    const { url } = await serve((_request, reply) => void reply.end('direct'));
    const place = globalThis as unknown as Record<symbol | string, unknown>;
    const key = Symbol.for('undici.globalDispatcher.1');
    const before = [place[key], place.fetch];
    Object.assign(place, { fetch: stolen, [key]: { dispatch: stolen } });
    try {
      expect(await (await client([url]).fetch()(url)).text()).toBe('direct');
    } finally {
      Object.assign(place, { fetch: before[1], [key]: before[0] });
    }
  });
});

describe('names', () => {
  test('what ends in .localhost is this machine, whatever a name server would say', async () => {
    const { url } = await serve((_request, reply) => void reply.end('here'));
    const own = url.replace('127.0.0.1', 'box.localhost');
    expect(await (await client([own]).request(get(own))).text()).toBe('here');
    expect(await (await client([own]).fetch()(own)).text()).toBe('here');
  });

  test('a name that only begins like this machine is another one', async () => {
    const { url } = await serve((_request, reply) => void reply.end('here'));
    const http = client([url], { lookup: ownLookup });
    for (const host of ['localhost.evil.example', '127.0.0.1.evil.example', 'evil-localhost', 'localhost.']) {
      const other = url.replace('127.0.0.1', host);
      await expect(http.request(get(other))).rejects.toMatchObject({ code: 'E_PRIVACY' });
      await expect(http.fetch()(other)).rejects.toMatchObject({ code: 'E_PRIVACY' });
    }
  });
});

describe('the fetch of a guarded client', () => {
  test('takes a request in each of its forms', async () => {
    const seen: unknown[] = [];
    const { url } = await serve((request, reply) => {
      let text = '';
      request.on('data', (data: Buffer) => (text += data.toString()));
      request.on('end', () => {
        seen.push([request.method, request.headers['x-a'], text]);
        reply.writeHead(201, { 'x-b': 'yes' }).end('{"a":1}');
      });
    });
    const fetch = client([url]).fetch();
    const init = { method: 'POST', headers: { 'x-a': '1' }, body: 'é' };
    for (const input of [url, new URL(url)]) {
      const reply = await fetch(input, init);
      expect([reply.status, reply.headers.get('x-b'), await reply.json()]).toEqual([201, 'yes', { a: 1 }]);
    }
    await (await fetch(new Request(url, init))).text();
    const form = new FormData();
    form.set('field', 'value');
    await (await fetch(url, { method: 'POST', body: form })).text();
    expect(seen.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => ['POST', '1', 'é']));
    expect(JSON.stringify(seen[3])).toMatch(/form-data; name=.*field/);
  });

  test('gives a reply without a body', async () => {
    const { url } = await serve((_request, reply) => void reply.writeHead(204).end());
    const reply = await client([url]).fetch()(url);
    expect([reply.status, reply.body, await reply.text()]).toEqual([204, null, '']);
  });

  test('rejects what is read of a body that breaks off', async () => {
    const { url } = await serve((request, reply) => {
      reply.write('half');
      setTimeout(() => request.socket.resetAndDestroy(), 20);
    });
    const reply = await client([url]).fetch()(url);
    await expect(reply.text()).rejects.toThrow();
  });

  test.each(['aborted', 'left'])('closes the socket when its body is %s', async (how) => {
    let closed: Promise<unknown> | undefined;
    const { url } = await serve((request, reply) => {
      closed = once(request.socket, 'close');
      reply.write('first');
    });
    const controller = new AbortController();
    const reply = await client([url]).fetch()(url, { signal: controller.signal });
    const reader = reply.body!.getReader();
    await reader.read();
    if (how === 'left') await reader.cancel();
    else {
      controller.abort();
      await expect(reader.read()).rejects.toMatchObject({ code: 'E_CANCELLED' });
    }
    await closed;
  });
});
