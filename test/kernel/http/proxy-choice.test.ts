import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { proxyFor } from '../../../src/kernel/http/exchange/proxy-choice.ts';

const PROXY = 'http://proxy.test:3128';

function isDirect(url: string, ...except: string[]): boolean {
  return proxyFor(new URL(url), { http: PROXY, https: PROXY, except }) === undefined;
}

describe('the choice of a proxy', () => {
  test.each([
    ['example.com', 'https://example.com/', true],
    ['example.com', 'https://api.example.com/', true],
    ['example.com', 'https://notexample.com/', false],
    ['.example.com', 'https://api.example.com/', true],
    ['*.example.com', 'https://api.example.com/', true],
    ['EXAMPLE.com', 'https://Example.COM/', true],
    ['example.com:443', 'https://example.com/', true],
    ['example.com:8443', 'https://example.com/', false],
    ['*', 'https://anything.test/', true],
    ['10.1.2.3', 'http://10.1.2.3:8000/', true],
    ['2.3', 'http://10.1.2.3/', false],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.0.0.0/99', 'http://10.1.2.3/', false],
    ['fd00::/8', 'http://[fd00::1]/', true],
    ['fd00::1', 'http://[fd00::1]/', true],
    ['[fd00::1]:80', 'http://[fd00::1]/', true],
    ['[fd00::1]:81', 'http://[fd00::1]/', false],
  ])('NO_PROXY=%s and %s: direct is %s', (except, url, expected) => {
    expect(isDirect(url, except)).toBe(expected);
    expect(isDirect(url, 'other.test', except)).toBe(expected);
  });

  test('this machine is never reached by a proxy', () => {
    const hosts = fc.constantFrom('localhost', '127.0.0.1', '127.9.9.9', '[::1]', 'a.localhost', '0.0.0.0');
    fc.assert(
      fc.property(hosts, fc.integer({ min: 1, max: 65_535 }), (host, port) => isDirect(`http://${host}:${port}`)),
    );
  });

  test('no text of NO_PROXY breaks it, and one without the host keeps the proxy', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (except) => {
        const kept = except.filter((entry) => !/[*]|cloud|test/.test(entry));
        return !isDirect('https://cloud.test', ...kept);
      }),
    );
  });

  test.each([
    ['proxy.test', { protocol: 'http', host: 'proxy.test', port: 80 }],
    ['proxy.test:3128', { protocol: 'http', host: 'proxy.test', port: 3128 }],
    ['https://proxy.test', { protocol: 'https', host: 'proxy.test', port: 443 }],
    ['http://[::1]:3128', { protocol: 'http', host: '::1', port: 3128 }],
    ['http://us%40er:pa%25s@proxy.test:1', { auth: { username: 'us@er', password: 'pa%s' } }],
    ['http://user:100%@proxy.test:1', { auth: { username: 'user', password: '100%' } }],
    ['http://user@proxy.test:1', { auth: { username: 'user', password: '' } }],
  ])('reads %s', (written, expected) => {
    expect(proxyFor(new URL('https://cloud.test'), { https: written, except: [] })).toMatchObject(expected);
  });
});
