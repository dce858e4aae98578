import { describe, expect, test } from '@jest/globals';
import { AllowList } from '../../../src/kernel/http/allow-list.ts';
import { isLoopbackHost, normalizeBaseUrl } from '../../../src/kernel/http/base-url.ts';

describe('a base URL', () => {
  test.each([
    ['http://localhost:11434', 'http://localhost:11434', 'http://localhost:11434/v1', '127.0.0.1:11434'],
    ['http://127.0.0.1:11434/v1/', 'http://127.0.0.1:11434', 'http://127.0.0.1:11434/v1', '127.0.0.1:11434'],
    ['http://127.0.0.1:11434/api', 'http://127.0.0.1:11434', 'http://127.0.0.1:11434/v1', '127.0.0.1:11434'],
    ['https://box.lan/models/v1', 'https://box.lan/models', 'https://box.lan/models/v1', 'box.lan:443'],
    ['https://api.example/paas/v4', 'https://api.example/paas', 'https://api.example/paas/v4', 'api.example:443'],
    ['http://[::1]:8080', 'http://[::1]:8080', 'http://[::1]:8080/v1', '127.0.0.1:8080'],
    ['0.0.0.0:11434', 'http://127.0.0.1:11434', 'http://127.0.0.1:11434/v1', '127.0.0.1:11434'],
    [':11434', 'http://127.0.0.1:11434', 'http://127.0.0.1:11434/v1', '127.0.0.1:11434'],
    ['box.lan:8000', 'http://box.lan:8000', 'http://box.lan:8000/v1', 'box.lan:8000'],
  ])('reads %s', (text, root, api, address) => {
    expect(normalizeBaseUrl(text)).toMatchObject({ root, api, address });
  });

  test('takes the default port only where no scheme was written', () => {
    expect(normalizeBaseUrl('box.lan', { defaultPort: 11434 }).address).toBe('box.lan:11434');
    expect(normalizeBaseUrl('https://box.lan', { defaultPort: 11434 }).address).toBe('box.lan:443');
  });

  test.each(['', 'ftp://box', 'not an address', 'http://'])('refuses %p', (text) => {
    expect(() => normalizeBaseUrl(text, { name: 'providers.x.baseUrl' })).toThrow(/providers\.x\.baseUrl/);
  });

  test('refuses a password and does not print it', () => {
    expect(() => normalizeBaseUrl('http://me:hunter2@box.lan')).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.not.stringContaining('hunter2') }),
    );
  });

  test('knows this machine by all its names', () => {
    expect(['localhost', '127.0.0.1', '127.8.8.8', '[::1]', 'a.localhost'].every(isLoopbackHost)).toBe(true);
    expect(['box.lan', '128.0.0.1', 'localhost.example', '127.0.0.1.example'].some(isLoopbackHost)).toBe(false);
  });
});

describe('an allow-list', () => {
  test('passes its addresses under each name of this machine and nothing else', () => {
    const list = new AllowList('p', ['http://localhost:11434/v1']);
    expect(list.check('http://127.0.0.1:11434/api/chat').port).toBe('11434');
    expect(list.check('http://[::1]:11434/').port).toBe('11434');
    for (const other of ['http://127.0.0.1:11435/', 'https://127.0.0.1:11434/', 'http://box.lan:11434/', 'nothing']) {
      expect(() => list.check(other)).toThrow(expect.objectContaining({ code: 'E_PRIVACY' }));
    }
  });

  test('allows any port on this machine only', () => {
    expect(new AllowList('p', ['http://127.0.0.1:*']).check('http://127.0.0.1:40123/v1').port).toBe('40123');
    expect(() => new AllowList('p', ['http://127.0.0.1:*']).check('http://box.lan:40123/')).toThrow(/not among/);
    expect(() => new AllowList('p', ['http://box.lan:*'])).toThrow(/this machine/);
  });

  test('does not let the port be changed under https', () => {
    const list = new AllowList('p', ['https://api.example/v1']);
    expect(list.check('https://api.example/v1/models').host).toBe('api.example');
    expect(() => list.check('http://api.example:443/v1/models')).toThrow(/nothing was sent/);
  });
});
