import { describe, expect, test } from '@jest/globals';
import { load, messages } from './load-text.ts';

describe('settings of tools', () => {
  test('let reading tools run and ask for the others, where nothing is said', async () => {
    const { settings } = await load({});
    expect(settings.tools).toEqual({
      approvals: { read: 'allow', write: 'ask', network: 'ask' },
      timeoutMs: 60_000,
      outputTokens: 8000,
    });
  });

  test('are read from a file', async () => {
    const tools = { approvals: { read: 'ask', network: 'allow' }, timeoutMs: 500, outputTokens: 100 };
    const { settings } = await load({ files: { 'config/local.json': JSON.stringify({ tools }) } });
    expect(settings.tools).toEqual({ ...tools, approvals: { read: 'ask', write: 'ask', network: 'allow' } });
  });

  test('deny what any file denies, whatever a stronger one allows', async () => {
    const files = {
      'config/local.json': '{"tools":{"approvals":{"write":"deny"}}}',
      'config/local.yaml': 'tools:\n  approvals:\n    write: allow\n',
    };
    const { settings } = await load({ files });
    expect(settings.tools.approvals.write).toBe('deny');
  });

  test('say what is wrong with a rule that there is not', async () => {
    const loaded = await load({ files: { 'config/local.json': '{"tools":{"approvals":{"write":"maybe"}}}' } });
    expect(messages(loaded)).toEqual([expect.stringMatching(/tools\.approvals\.write.*allow.*ask.*deny/)]);
    expect(loaded.settings.tools.approvals.write).toBe('ask');
  });
});
