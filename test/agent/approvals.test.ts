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
    expect(await approveByRisk(terminal)(toolOf('network'), {}, signal)).toBe(false);
    expect(await approveByRisk(terminal, { allowAll: true })(toolOf('network'), {}, signal)).toBe(true);
  });
});
