import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { runCli, type CliRun } from '../cli/support/cli-process.ts';
import { lastTrace } from '../cli/support/read-trace.ts';
import { ofServer, startRealEngine, type RealEngine } from './real-engines.ts';
import { startLlamaServer } from './servers/llama-server.ts';

const LIMIT_MS = 480_000;
const RUN_LIMIT_MS = 200_000;

/** A plugin of a person's own: one tool finds a passage of a document, the other looks something up. */
const TRAVEL_PLUGIN = `import { definePlugin, defineTool, TOOLS } from 'wooster';
import { z } from 'zod';
const find = defineTool({ id: 'search_handbook', description: 'Searches the travel handbook of the company', risk: 'read',
  schema: z.object({ query: z.string() }),
  run: async () => ({ text: 'Hotels', data: {}, passages: [{ source: 'handbook.md:7', path: 'handbook.md', line: 7,
    text: 'A hotel may cost at most 140 euros a night. Breakfast is paid by the company.' }] }) });
const weather = defineTool({ id: 'get_weather', description: 'Current weather in a city', risk: 'read',
  schema: z.object({ city: z.string() }), run: async ({ city }) => ({ text: 'Snow in ' + city + ', minus 3 degrees.', data: {} }) });
export const plugin = definePlugin({ id: 'travel', version: '1.0.0', summary: 'tools of a traveller', config: z.object({}),
  activate: (scope) => { scope.contribute(TOOLS, find); scope.contribute(TOOLS, weather); } });
`;

/** A model of half a billion parameters does both for one wording and not for another, so it is asked until it does. */
const TOGETHER =
  'Search the handbook for how much a hotel may cost, and get the weather in Oslo. Then tell me both in one or two sentences.';
const APART = 'What is the weather in Oslo? And what does the handbook say a hotel may cost?';
const BOTH = ['get_weather', 'search_handbook'];

function toolsOf({ stderr }: CliRun): readonly string[] {
  return [...stderr.matchAll(/^→ (\w+) /gm)].map(([, tool]) => tool ?? '').toSorted();
}

function hasDoneBoth(run: CliRun): boolean {
  return isDeepStrictEqual(toolsOf(run), BOTH) && /140[^\n]*\[1\]/.test(run.stdout);
}

/** The first run of the questions in which both tools were called and the passage is cited; the last one without such. */
async function askUntilBoth(engine: RealEngine, questions: readonly string[]): Promise<CliRun> {
  let run: CliRun | undefined;
  for (const question of questions) {
    const words = ['ask', question, '--temperature', '0', '--max-tokens', '160'];
    run = await runCli(engine.workspace, words, { environment: engine.environment, limitMs: RUN_LIMIT_MS });
    process.stderr.write(`real: ${engine.version}: ${question}\n${run.stderr}${run.stdout}\n`);
    if (hasDoneBoth(run)) break;
  }
  return run!;
}

const MODEL = 'qwen2.5-coder-0.5b';
const CONTEXT_TOKENS = 2_048;

async function ownTemplate(): Promise<RealEngine> {
  const server = await startLlamaServer({ model: MODEL, contextTokens: CONTEXT_TOKENS });
  return ofServer(server, { kind: 'llamacpp', model: MODEL });
}

describe.each<[string, readonly string[], () => Promise<RealEngine>]>([
  ['embedded', [TOGETHER, APART], () => startRealEngine('embedded')],
  ['llamacpp', [TOGETHER, APART], ownTemplate],
  ['ollama', [APART, TOGETHER], () => startRealEngine('ollama')],
])('a turn with two tools through %s', (_id, questions, start) => {
  test(
    'calls both, and cites what one of them found',
    async () => {
      await using engine = await start();
      await engine.workspace.write('plugins/travel/index.ts', TRAVEL_PLUGIN);
      const run = await askUntilBoth(engine, questions);
      expect(run.exitCode).toBe(0);
      expect(toolsOf(run)).toEqual(BOTH);
      expect(run.stdout).toMatch(/140[^\n]*\[1\]/);
      expect(run.stdout).toMatch(/\[1\] handbook\.md:7/);
      const { decision, attempts } = await lastTrace(engine.workspace);
      expect(attempts.at(-1)).toMatchObject({ outcome: 'answered' });
      expect(decision.chain[0]).toMatchObject({ toolWay: { way: expect.any(String), reason: expect.any(String) } });
    },
    LIMIT_MS,
  );
});
