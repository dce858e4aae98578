import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import { client, serve, undoAfterTest } from './ending-after-test.ts';
import { collect, get, startServer } from './raw-server.ts';

describe('the guarded HTTP client', () => {
  test('sends JSON with a Content-Length, reads the reply and keeps the connection', async () => {
    const seen: { headers: IncomingMessage['headers']; text: string; port: number | undefined }[] = [];
    const { url } = await serve((request, reply) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        seen.push({ headers: request.headers, text, port: request.socket.remotePort });
        reply.setHeader('X-Test', 'yes').end('{"ok":"é"}');
      });
    });
    const http = client([url]);
    for (let index = 0; index < 2; index += 1) {
      const reply = await http.request(get(`${url}/v1/x`, { method: 'POST', json: { a: 'é' } }));
      expect(reply.status).toBe(200);
      expect(reply.headers['x-test']).toBe('yes');
      expect(await reply.text()).toBe('{"ok":"é"}');
    }
    expect(seen[0]!.headers['content-length']).toBe('10');
    expect(seen[0]!.headers['transfer-encoding']).toBeUndefined();
    expect(seen[0]!.text).toBe('{"a":"é"}');
    expect(seen[1]!.port).toBe(seen[0]!.port);
  });

  test('sends nothing to an address outside its list', async () => {
    let calls = 0;
    const { url } = await serve((_, reply) => {
      calls += 1;
      reply.end();
    });
    const http = client(['http://127.0.0.1:1']);
    await expect(http.request(get(url))).rejects.toMatchObject({ code: 'E_PRIVACY' });
    await expect(http.fetch()(url)).rejects.toMatchObject({ code: 'E_PRIVACY' });
    expect(calls).toBe(0);
  });

  test('sends to a cloud only with an issued permit of that provider', async () => {
    let calls = 0;
    const { url } = await serve((_, reply) => {
      calls += 1;
      reply.end('{}');
    });
    const permits = createPermitOffice();
    const http = client([url], { needsPermit: true, permits });
    const shape = { providerId: 'test', decisionId: 'd1', grantedBy: 'a setting' };
    const real = permits.issue(shape);
    for (const permit of [undefined, shape, { ...real }, permits.issue({ ...shape, providerId: 'other' })]) {
      await expect(http.request(get(url, { permit }))).rejects.toMatchObject({ code: 'E_PRIVACY' });
      await expect(http.fetch(permit)(url)).rejects.toMatchObject({ code: 'E_PRIVACY' });
    }
    expect(calls).toBe(0);
    expect((await http.request(get(url, { permit: real }))).status).toBe(200);
    expect((await http.fetch(real)(url)).status).toBe(200);
    permits.withdraw(real);
    await expect(http.request(get(url, { permit: real }))).rejects.toMatchObject({ code: 'E_PRIVACY' });
    await expect(http.fetch(real)(url)).rejects.toMatchObject({ code: 'E_PRIVACY' });
    expect(calls).toBe(2);
  });

  test('refuses a redirect and says so', async () => {
    const { url } = await serve((_, reply) => {
      reply.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();
    });
    const http = client([url]);
    await expect(http.request(get(url))).rejects.toMatchObject({
      code: 'E_REJECTED',
      message: expect.stringMatching(/redirects/),
    });
    await expect(http.fetch()(url)).rejects.toMatchObject({
      code: 'E_REJECTED',
      message: expect.stringMatching(/redirects/),
    });
  });

  test('says in one line that nothing listens, for request and for fetch', async () => {
    const { url, stop } = await startServer(() => {});
    await stop();
    const http = client([url]);
    const expected = { code: 'E_UNREACHABLE', message: expect.stringMatching(/nothing listens.*ECONNREFUSED/) };
    await expect(http.request(get(url))).rejects.toMatchObject(expected);
    await expect(http.fetch()(url)).rejects.toMatchObject(expected);
  });

  test('says that a name is not known, without asking the network', async () => {
    const http = client(['http://box.invalid:80'], {
      lookup: (_, __, callback) => callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), ''),
    });
    await expect(http.request(get('http://box.invalid/'))).rejects.toMatchObject({
      code: 'E_UNREACHABLE',
      message: expect.stringMatching(/host name is not known/),
    });
  });

  test('reaches localhost where only IPv4 listens', async () => {
    const { url } = await serve((_, reply) => reply.end('here'));
    const local = url.replace('127.0.0.1', 'localhost');
    expect(await (await client([local]).request(get(local))).text()).toBe('here');
  });

  test('ends after the headers limit and closes the socket', async () => {
    let closed: Promise<unknown> | undefined;
    const { url } = await serve((request) => {
      closed = once(request.socket, 'close');
    });
    const failure = client([url]).request(get(url, { limits: { connectMs: 500, headersMs: 60 } }));
    await expect(failure).rejects.toMatchObject({
      code: 'E_TIMEOUT',
      phase: 'first-token',
      message: expect.stringMatching(/60 ms/),
    });
    await closed;
  });

  test('ends after the connect limit when the connection does not stand', async () => {
    const http = client(['http://box.invalid:80'], { lookup: () => {} });
    const failure = http.request(get('http://box.invalid/', { limits: { connectMs: 50, headersMs: 5000 } }));
    await expect(failure).rejects.toMatchObject({
      code: 'E_TIMEOUT',
      phase: 'connect',
      message: expect.stringMatching(/50 ms/),
    });
  });

  test.each(['before the headers', 'during the body', 'before the body is read'])(
    'closes the socket when aborted %s',
    async (moment) => {
      let closed: Promise<unknown> | undefined;
      const { url } = await serve((request, reply) => {
        closed = once(request.socket, 'close');
        if (moment !== 'before the headers') reply.write('first');
        arrived.resolve();
      });
      const arrived = Promise.withResolvers<void>();
      const controller = new AbortController();
      const pending = client([url]).request(get(url, { signal: controller.signal }));
      if (moment === 'before the headers') {
        await arrived.promise;
        controller.abort();
        await expect(pending).rejects.toMatchObject({ code: 'E_CANCELLED' });
      } else {
        const reply = await pending;
        if (moment === 'before the body is read') controller.abort();
        const reading = (async () => {
          for await (const chunk of reply.body) {
            expect(Buffer.from(chunk).toString()).toBe('first');
            controller.abort();
          }
        })();
        await expect(reading).rejects.toMatchObject({ code: 'E_CANCELLED' });
      }
      await closed;
    },
  );

  test('closes the socket when the reader leaves', async () => {
    let closed: Promise<unknown> | undefined;
    const { url } = await serve((request, reply) => {
      closed = once(request.socket, 'close');
      reply.write('first');
    });
    const reply = await client([url]).request(get(url));
    for await (const chunk of reply.body) {
      expect(chunk.byteLength).toBe(5);
      break;
    }
    await closed;
  });

  test('reports a connection lost within the body, and what is no HTTP', async () => {
    const { url } = await serve((request, reply) => {
      reply.write('half');
      setTimeout(() => request.socket.resetAndDestroy(), 20);
    });
    const reply = await client([url]).request(get(url));
    await expect(collect(reply.body)).rejects.toMatchObject({
      code: 'E_UNREACHABLE',
      message: expect.stringMatching(/closed by the server/),
    });

    const other = net.createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    undoAfterTest(() => void other.close());
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(client([address]).request(get(address))).rejects.toMatchObject({
      message: expect.stringMatching(/does not speak HTTP/),
    });
  });

  test('bounds the text of a reply', async () => {
    const { url } = await serve((_, reply) => reply.end('x'.repeat(5000)));
    const reply = await client([url]).request(get(url));
    await expect(reply.text(1000)).rejects.toMatchObject({ code: 'E_MALFORMED' });
  });
});
