import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { approveByRisk, defineTool, type ToolRisk } from '../../src/index.ts';
import { createTerminalDouble } from '../doubles/terminal-double.ts';

const signal = new AbortController().signal;

function toolOf(risk: ToolRisk) {
  return defineTool({
    id: 'x',
    description: 'x',
    risk,
    schema: z.object({}),
    run: async () => ({ text: '', data: 0 }),
  });
}

describe('approval by risk', () => {
  test('lets reading tools run without a question', async () => {
    expect(await approveByRisk(createTerminalDouble())(toolOf('read'), {}, signal)).toBe(true);
  });

  test.each([
    ['y', true],
    ['Yes', true],
    ['n', false],
    ['', false],
  ])('asks for the others at a terminal: %j gives %s', async (answer, expected) => {
    expect(await approveByRisk(createTerminalDouble([answer]))(toolOf('write'), {}, signal)).toBe(expected);
  });

  test('refuses the others where nobody can be asked, unless all are allowed', async () => {
    const terminal = createTerminalDouble([], { isInteractive: false });
    expect(await approveByRisk(terminal)(toolOf('network'), {}, signal)).toEqual({
      refusal: expect.stringMatching(
        /class network.*nobody can be asked.*--approve.*tools\.approvals\.network: "allow"/,
      ),
    });
    expect(await approveByRisk(terminal, { allowAll: true })(toolOf('network'), {}, signal)).toBe(true);
  });

  test('follows the rules of the settings, and what is denied stays denied whoever allows it', async () => {
    const terminal = createTerminalDouble(['y', 'y']);
    const rules = { read: 'ask', write: 'deny', network: 'allow' } as const;
    const approve = approveByRisk(terminal, { rules, allowAll: true });
    expect(await approve(toolOf('write'), {}, signal)).toEqual({ refusal: 'is denied by tools.approvals.write' });
    expect(await approve(toolOf('network'), {}, signal)).toBe(true);
    expect(await approveByRisk(createTerminalDouble(['n']), { rules })(toolOf('read'), {}, signal)).toBe(false);
  });

  test('does not ask again for a tool that is always allowed, and asks for the others', async () => {
    const terminal = createTerminalDouble(['a', 'n']);
    const approve = approveByRisk(terminal);
    expect(await approve(toolOf('write'), { n: 1 }, signal)).toBe(true);
    expect(await approve(toolOf('write'), { n: 2 }, signal)).toBe(true);
    expect(await approve({ ...toolOf('write'), id: 'other' }, {}, signal)).toBe(false);
  });

  test('asks one question at a time, and not for what was allowed meanwhile', async () => {
    const asked: string[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const terminal = createTerminalDouble([], {
      question: (prompt) => {
        asked.push(prompt);
        return promise;
      },
    });
    const approve = approveByRisk(terminal);
    const both = [approve(toolOf('write'), { n: 1 }, signal), approve(toolOf('write'), { n: 2 }, signal)];
    await new Promise(setImmediate);
    expect(asked).toEqual([expect.stringContaining('allow x (write) {"n":1}?')]);
    resolve('always');
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(asked).toHaveLength(1);
  });

  test('shows the beginning of arguments that are long', async () => {
    const asked: string[] = [];
    const terminal = createTerminalDouble([], { question: async (prompt) => (asked.push(prompt), 'n') });
    await approveByRisk(terminal)(toolOf('write'), { text: 'x'.repeat(5000) }, signal);
    expect(asked[0]!.length).toBeLessThan(800);
    expect(asked[0]).toContain('(5011 characters)');
  });
});
