import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { GuardedHttp } from '../../../src/contracts/models/http.ts';
import type { CloudPermit } from '../../../src/contracts/models/permit.ts';
import type { ProxySettings } from '../../../src/contracts/settings/accounts-settings.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import { ownLookup, startForwardProxy, type ForwardProxyServer } from './forward-proxy.ts';
import { clientFor, get, startServer } from './raw-server.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url).pathname, 'utf8');
const certificates = tls.getCACertificates('default');

/** A cloud at `cloud.test`, by https and by plain http, which only the proxy can reach. */
const cloud = https.createServer(
  { key: fixture('cloud-test.key'), cert: fixture('cloud-test.crt') },
  (_request, reply) => void reply.end('from the cloud'),
);
let plain: Awaited<ReturnType<typeof startServer>>;
let tunnel: ForwardProxyServer;
let forward: ForwardProxyServer;
let http: GuardedHttp;

const permits = createPermitOffice();
const permit: CloudPermit = permits.issue({ providerId: 'test', decisionId: 'd', grantedBy: 'a setting' });

beforeAll(async () => {
  tls.setDefaultCACertificates([...certificates, fixture('cloud-test.crt')]);
  await new Promise<void>((resolve) => cloud.listen(0, '127.0.0.1', resolve));
  plain = await startServer((_request, reply) => void reply.end('from the cloud'));
});
afterAll(async () => {
  tls.setDefaultCACertificates(certificates);
  await plain.stop();
  cloud.closeAllConnections();
  await new Promise((resolve) => cloud.close(resolve));
});
beforeEach(async () => {
  tunnel = await startForwardProxy((cloud.address() as AddressInfo).port);
  forward = await startForwardProxy(Number(new URL(plain.url).port));
});
afterEach(async () => {
  http.dispose();
  await tunnel.stop();
  await forward.stop();
});

/** `user:pass` that must be written with escapes, so that reading them back is tested too. */
const withUser = (url: string): string => url.replace('http://', 'http://us%40er:pa%3Ass@');
const BASIC = `Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`;

function client(baseUrl: string, proxies: Partial<ProxySettings>, needsPermit = true): void {
  http = clientFor([baseUrl], { needsPermit, permits, lookup: ownLookup, proxies: { except: [], ...proxies } });
}

/** The text of an address by each of the two clients of a provider. */
const CLIENTS: readonly (readonly [name: string, read: (url: string) => Promise<string>])[] = [
  [
    'request',
    async (url) => (await http.request(get(url, { permit, limits: { connectMs: 5_000, headersMs: 5_000 } }))).text(),
  ],
  ['fetch', async (url) => (await http.fetch(permit)(url)).text()],
];

describe.each(CLIENTS)('by %s', (_name, read) => {
  test('a cloud is reached through a tunnel of the proxy, whose credentials are given to the proxy alone', async () => {
    client('https://cloud.test', { https: withUser(tunnel.url), http: forward.url });
    expect(await read('https://cloud.test/v1/x')).toBe('from the cloud');
    expect(tunnel.asked).toEqual([{ line: 'CONNECT cloud.test:443', authorization: BASIC }]);
    expect(forward.asked).toEqual([]);
  });

  test('a cloud over plain http is asked of its own proxy', async () => {
    client('http://cloud.test', { https: tunnel.url, http: withUser(forward.url) });
    expect(await read('http://cloud.test/v1/x')).toBe('from the cloud');
    expect(forward.asked).toEqual([{ line: 'GET http://cloud.test/v1/x', authorization: BASIC }]);
    expect(tunnel.asked).toEqual([]);
  });

  test('a cloud that NO_PROXY names is reached directly', async () => {
    const own = `http://cloud.test:${new URL(plain.url).port}`;
    client(own, { https: tunnel.url, http: forward.url, except: ['cloud.test'] });
    expect(await read(own)).toBe('from the cloud');
    expect([...forward.asked, ...tunnel.asked]).toEqual([]);
  });

  test('a local target never touches a proxy, at whatever address it is', async () => {
    for (const base of [plain.url, plain.url.replace('127.0.0.1', 'box.test')]) {
      client(base, { https: tunnel.url, http: forward.url }, false);
      expect(await read(base)).toBe('from the cloud');
      http.dispose();
    }
    // A cloud by its kind whose address is of this machine.
    client(plain.url, { https: tunnel.url, http: forward.url });
    expect(await read(plain.url)).toBe('from the cloud');
    expect([...forward.asked, ...tunnel.asked]).toEqual([]);
  });

  test.each(['socks5://us:secret-pass@127.0.0.1:1080', 'http://'])(
    'nothing is sent past a proxy that cannot be used (%s), and its text is not told',
    async (written) => {
      client('http://cloud.test', { http: written });
      const error = await read('http://cloud.test/').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'E_CONFIG', message: expect.stringMatching(/HTTP_PROXY.*nothing was sent/) });
      expect((error as Error).message).not.toContain('secret-pass');
    },
  );

  test('a proxy that is not there is an unreachable cloud, without its credentials in the message', async () => {
    const gone = withUser(tunnel.url);
    await tunnel.stop();
    client('https://cloud.test', { https: gone });
    const error = await read('https://cloud.test/').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E_UNREACHABLE' });
    expect((error as Error).message).not.toMatch(/us(%40|@)er|pa(%3A|:)ss/);
  });
});
