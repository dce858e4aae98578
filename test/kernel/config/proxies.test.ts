import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { maskSecrets } from '../../../src/kernel/config/secrets.ts';
import { load } from './load-text.ts';

const proxiesOf = async (environment: Record<string, string>): Promise<unknown> =>
  (await load({ environment })).settings.proxies;

describe('proxies of the environment', () => {
  test('there are none without a variable', async () => {
    expect(await proxiesOf({})).toEqual({ except: [] });
  });

  test('each scheme has its own, and ALL_PROXY stands in', async () => {
    const all = 'http://all.test:1';
    expect(await proxiesOf({ HTTPS_PROXY: 'http://s.test:1', ALL_PROXY: all })).toMatchObject({
      https: 'http://s.test:1',
      http: all,
    });
  });

  test('lower case comes first, and an empty value is none', async () => {
    expect(await proxiesOf({ HTTP_PROXY: 'http://upper.test', http_proxy: 'http://lower.test' })).toMatchObject({
      http: 'http://lower.test',
    });
    expect(await proxiesOf({ HTTP_PROXY: 'http://upper.test', http_proxy: '' })).toMatchObject({
      http: 'http://upper.test',
    });
  });

  test('NO_PROXY is a list, with commas or blanks', async () => {
    expect(await proxiesOf({ NO_PROXY: 'a.test, .b.test  10.0.0.0/8,' })).toEqual({
      except: ['a.test', '.b.test', '10.0.0.0/8'],
    });
  });

  test('the credentials in one are secret, with or without its scheme, as written and as they are meant', async () => {
    for (const scheme of ['http://', '']) {
      const loaded = await load({
        environment: { HTTPS_PROXY: `${scheme}someone:pa%3Assword@proxy.test:3128` },
        files: { 'config/local.json': { log: { level: 'someone:pa%3Assword@proxy.test' } } },
      });
      const faults = loaded.faults.map(({ message }) => message);
      expect(inspect([loaded.entries, faults], { depth: 9 })).not.toMatch(/pa(%3A|:)ssword/);
      expect(maskSecrets('tried pa:ssword and pa%3Assword', loaded.secrets)).toBe('tried [secret] and [secret]');
      expect(loaded.settings.proxies.https).toContain('pa%3Assword');
    }
  });
});
