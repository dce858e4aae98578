import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { inspect } from 'node:util';
import { ENVIRONMENT_NAMES } from '../../../src/kernel/config/environment/environment-names.ts';
import { isSecretName, maskSecrets } from '../../../src/kernel/config/secrets.ts';
import type { LoadedConfiguration } from '../../../src/kernel/config/load.ts';
import { load } from './load-text.ts';

/** Texts that look like keys of any make, unlikely to occur otherwise. */
const secretArbitrary = fc
  .tuple(fc.constantFrom('', 'sk-', 'Bearer ', 'http://', 'true'), fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/))
  .map(([start, rest]) => `${start}${rest}`);

function everythingShown(loaded: LoadedConfiguration): string {
  const { entries, faults, unavailable, workspace, files } = loaded;
  const texts = faults.map((fault) => `${fault.message} ${JSON.stringify(fault)} ${inspect(fault.details)}`);
  return [JSON.stringify({ entries, unavailable, workspace, files }), inspect(entries, { depth: 9 }), ...texts].join(
    '\n',
  );
}

const secretNames = ENVIRONMENT_NAMES.filter(({ isSecret }) => isSecret).map(({ name }) => name);

describe('secrets', () => {
  test('a secret of the environment is never shown, whichever name holds it and whatever else is wrong', async () => {
    expect(secretNames.length).toBeGreaterThan(5);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...secretNames),
        secretArbitrary,
        fc.boolean(),
        async (name, secret, isInFile) => {
          const wrong = {
            LOCAL_LLM_ENABLED: secret,
            OLLAMA_MODEL: `m-${secret}`,
            N8N_WEBHOOK_URL: `http://h/${secret}`,
          };
          const loaded = await load({
            environment: isInFile ? wrong : { ...wrong, [name]: secret },
            files: {
              '.env': isInFile ? `${name}='${secret}'\n` : '',
              'config/local.json': {
                log: { level: secret },
                [secret]: 1,
                plugins: { some: { deep: { apiKey: secret } } },
              },
              'config/llm_providers.yaml': `providers:\n  openai: { enabled: "\${${name}}", api_key: "\${${name}}" }\n`,
            },
            flags: {
              set: [`providers.box.options.key=${JSON.stringify(secret)}`, `log.level=${JSON.stringify(secret)}`],
            },
          });
          expect(loaded.faults.length).toBeGreaterThanOrEqual(3);
          expect(everythingShown(loaded).includes(secret)).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('settings that are printed show no key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...secretNames), secretArbitrary, async (name, secret) => {
        const yaml = `providers:\n  box: { base_url: "http://h", api_key: "\${${name}}" }\n`;
        const loaded = await load({ environment: { [name]: secret }, files: { 'config/llm_providers.yaml': yaml } });
        expect(loaded.settings.providers.find(({ id }) => id === 'box')?.apiKey?.reveal()).toBe(secret.trim());
        const shown = `${JSON.stringify(loaded.settings)} ${inspect(loaded.settings, { depth: 9, showHidden: true })}`;
        expect(shown.includes(secret)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test('the key reaches the provider, and only by asking for it', async () => {
    const { settings, secrets, entries } = await load({ environment: { OPENAI_API_KEY: 'sk-0123456789abcdef' } });
    const key = settings.providers.find(({ id }) => id === 'openai')?.apiKey;
    expect(key?.reveal()).toBe('sk-0123456789abcdef');
    expect(`${String(key)} ${JSON.stringify(key)} ${inspect(key)}`).toBe('[secret] "[secret]" [secret]');
    expect(secrets.has('sk-0123456789abcdef')).toBe(true);
    expect(entries.find(({ path }) => path === 'providers.openai.apiKey')).toMatchObject({
      value: '[secret]',
      origin: 'environment: OPENAI_API_KEY',
    });
  });

  test.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [secret]'],
    ['used sk-proj-0123456789abc here', 'used [secret] here'],
    ['http://user:pass@host:80/v1', 'http://[secret]@host:80/v1'],
    ['ghp_0123456789abcdefABCDEF', '[secret]'],
    ['AIzaSyA0123456789012345678901234567890', '[secret]'],
    ['a task-oriented risk-free mask', 'a task-oriented risk-free mask'],
  ])('%s has its key masked by its shape', (text, masked) => {
    expect(maskSecrets(text, [])).toBe(masked);
  });

  test('known values are masked anywhere, the longest first, and short ones are left alone', () => {
    expect(maskSecrets('x secret-long y secret z abc', ['secret', 'secret-long', 'abc'])).toBe(
      'x [secret] y [secret] z abc',
    );
  });

  test('names of limits are no names of secrets', () => {
    expect(['apiKey', 'api_key', 'GITHUB_TOKEN', 'password', 'clientSecret'].every(isSecretName)).toBe(true);
    expect(['maxTokens', 'contextTokens', 'firstTokenMs', 'keyboard', 'model'].some(isSecretName)).toBe(false);
  });
});

describe('every message', () => {
  test('is one line', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\u2028', '"', '}', ':', ' ') });
    await fc.assert(
      fc.asyncProperty(text, text, async (key, value) => {
        const { faults } = await load({
          files: { 'config/local.json': { log: { level: `!${value}` }, [`x${key}`]: 1 } },
          environment: { LOCAL_LLM_ENABLED: `!${value}` },
        });
        expect(faults.length).toBeGreaterThanOrEqual(3);
        for (const { message } of faults) expect(message).not.toMatch(/[\n\r\u2028]/);
      }),
      { numRuns: 60 },
    );
  });
});
