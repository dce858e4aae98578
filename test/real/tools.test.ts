import { describe, expect, test } from '@jest/globals';
import { startCli } from '../cli/support/cli-process.ts';
import { CASES } from './embedded-cases.ts';
import { startRealEngine, type RealEngine, type RealEngineId } from './real-engines.ts';

const LIMIT_MS = 600_000;
const TURN_LIMIT_MS = 120_000;

/** A plugin of a person's own, whose tools answer at once. */
const DESK_PLUGIN = `import { definePlugin, defineTool, TOOLS } from 'wooster';
import { z } from 'zod';
const text = z.string();
const tool = (id: string, description: string, schema: z.ZodObject, answer: string) =>
  defineTool({ id, description, risk: 'read', schema, run: async () => ({ text: answer, data: {} }) });
const tools = [
  tool('get_weather', 'Current weather in a city', z.object({ city: text }), 'Sunny, 21 degrees.'),
  tool('calculate', 'Evaluates an arithmetic expression', z.object({ expression: text }), '6004'),
  tool('search_documents', "Searches the user's own documents", z.object({ query: text }), 'Found policy.pdf.'),
  tool('create_reminder', 'Creates a reminder', z.object({ text, when: text }), 'The reminder is set.'),
  tool('send_email', 'Sends an e-mail', z.object({ to: text, subject: text, body: text }), 'The mail is sent.'),
];
export const plugin = definePlugin({ id: 'desk', version: '1.0.0', summary: 'tools of a desk', config: z.object({}),
  activate: (scope) => { for (const each of tools) scope.contribute(TOOLS, each); } });
`;

interface Turn {
  readonly prompt: string;
  readonly wanted: string | undefined;
  readonly called: string | undefined;
  readonly text: string;
}

/** Asks every prompt in a conversation of its own, within one chat. */
async function converse(engine: RealEngine): Promise<readonly Turn[]> {
  await engine.workspace.write('plugins/desk/index.ts', DESK_PLUGIN);
  const chat = startCli(engine.workspace, ['chat', '--temperature', '0', '--max-tokens', '128'], {
    environment: engine.environment,
    isInputOpen: true,
    limitMs: LIMIT_MS,
  });
  const turns: Turn[] = [];
  for (const { prompt, tool } of CASES) {
    await chat.until(/you> /);
    chat.write(`${prompt}\n`);
    const shown = await chat.until(/[\s\S]*?(?:wooster why \w+|^E_[A-Z]+ .*$)/m, TURN_LIMIT_MS);
    const called = /^→ (\w+) /m.exec(shown)?.[1];
    turns.push({ prompt, wanted: tool, called, text: shown.trim() });
    await chat.until(/you> /);
    chat.write('/new\n');
  }
  chat.endInput();
  expect(await chat.ended).toMatchObject({ exitCode: 0 });
  return turns;
}

describe.each<[RealEngineId, number]>([
  ['embedded', 8],
  ['llamacpp', 8],
])('with tools offered through %s', (id, floor) => {
  test(
    'tools are called when they are needed, and not when they are not',
    async () => {
      await using engine = await startRealEngine(id);
      const turns = await converse(engine);
      const right = turns.filter(({ wanted, called }) => wanted === called);
      const lines = turns.map(
        ({ prompt, wanted, called }) =>
          `  ${wanted === called ? 'right' : 'WRONG'} ${prompt} -> ${called ?? 'answered'}${wanted === called ? '' : ` instead of ${wanted ?? 'an answer'}`}`,
      );
      process.stderr.write(`real: ${engine.version}: ${right.length} of ${turns.length} right\n${lines.join('\n')}\n`);
      expect(turns.map(({ text }) => text).filter((text) => /^E_/m.test(text))).toEqual([]);
      expect(turns).toHaveLength(CASES.length);
      expect(right.length).toBeGreaterThanOrEqual(floor);
    },
    LIMIT_MS,
  );
});
