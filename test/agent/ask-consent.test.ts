import { describe, expect, test } from '@jest/globals';
import { askConsentAt } from '../../src/index.ts';
import { createTerminalDouble } from '../doubles/terminal-double.ts';

const { signal } = new AbortController();
const REQUEST = { providerId: 'openai', targetId: 'openai@api.example.com/gpt', project: 'handbook' };

describe('the question about the first use of a cloud for a project', () => {
  test.each([
    ['y', true],
    [' Yes ', true],
    ['n', false],
    ['No', false],
    ['', undefined],
    ['perhaps', undefined],
  ])('takes %j for %s, so that only a plain answer is remembered', async (line, expected) => {
    expect(await askConsentAt(createTerminalDouble([line]))?.(REQUEST, signal)).toBe(expected);
  });

  test('is no answer at the end of the input', async () => {
    expect(await askConsentAt(createTerminalDouble())?.(REQUEST, signal)).toBeUndefined();
  });

  test('names the cloud, its address, the project, and where the answer can be changed', async () => {
    const asked: string[] = [];
    const question = async (text: string): Promise<string> => `${asked.push(text)}`;
    await askConsentAt(createTerminalDouble([], { question }))?.(REQUEST, signal);
    expect(asked[0]).toMatch(/openai \(openai@api\.example\.com\/gpt\) .* project handbook .*first time/);
    expect(asked[0]).toContain('`wooster privacy`');
  });

  test('is not put where nobody sits at a terminal', () => {
    expect(askConsentAt(createTerminalDouble([], { isInteractive: false }))).toBeUndefined();
  });
});
