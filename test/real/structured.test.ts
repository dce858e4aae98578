import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runCli, type CliRun } from '../cli/support/cli-process.ts';
import { startRealEngine, type RealEngine, type RealEngineId } from './real-engines.ts';

const LIMIT_MS = 240_000;
const page = readFileSync(new URL('../../docs/structured-output.md', import.meta.url), 'utf8');
const [example = ''] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);

const TEXT =
  'Ada is 36 years old, an engineer, and lives in London, England. Bo is 41, a teacher in Oslo, Norway. Cleo is 29, a nurse in Rome, Italy.';
const PEOPLE = [
  { name: 'Ada', age: 36, job: 'engineer', home: { city: 'London', country: 'England' } },
  { name: 'Bo', age: 41, job: 'teacher', home: { city: 'Oslo', country: 'Norway' } },
  { name: 'Cleo', age: 29, job: 'nurse', home: { city: 'Rome', country: 'Italy' } },
];

/** Asks with words that llama-server and Ollama refuse a call for, or hang on, as they were given. */
const DIFFICULT_PLUGIN = `import { ACTIONS, defineAction, definePlugin, MODEL_ROUTER } from 'wooster';
import { z } from 'zod';
const schema = { type: 'object', required: ['code', 'never'], properties: {
  code: { type: 'string', pattern: '[A-Z]+', minLength: 9, maxLength: 3 }, long: { type: 'string', minLength: 3000 },
  mail: { type: 'string', format: 'email', pattern: '^\\\\S+@\\\\S+$' }, any: true, nothing: false, loop: { $ref: '#' },
  nowhere: { anyOf: [{ $ref: '#/properties/nowhere' }, { $ref: '#/$defs/gone' }] }, never: { const: null },
  pair: { type: 'array', prefixItems: [{ type: 'string' }], items: false, uniqueItems: true }, kind: { enum: [] },
  size: { type: 'integer', minimum: -1e30, maximum: 0.5, not: { const: 3 } } } };
export const plugin = definePlugin({ id: 'difficult', version: '1.0.0', summary: 'asks with a difficult schema', config: z.object({}),
  needs: [MODEL_ROUTER],
  activate: (scope) => scope.contribute(ACTIONS, defineAction({ id: 'difficult', summary: 'ask', args: z.object({}),
    result: z.object({ text: z.string() }),
    async run(_, { signal }) {
      const model = await scope.get(MODEL_ROUTER).model({ parameters: { maxTokens: 24 } });
      const { raw } = await model.withStructuredOutput(schema, { includeRaw: true }).invoke('Give a code.', { signal });
      return { text: raw.text };
    } })) });
`;

async function run(engine: RealEngine, words: readonly string[]): Promise<CliRun> {
  const { workspace, environment } = engine;
  const startedMs = performance.now();
  const ended = await runCli(workspace, words, { environment, limitMs: LIMIT_MS });
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  process.stderr.write(`real: ${engine.version}: ${words[0]} in ${seconds} s: ${ended.stdout}\n`);
  expect(ended).toMatchObject({ exitCode: 0 });
  return ended;
}

describe.each<[RealEngineId]>([['embedded'], ['llamacpp'], ['ollama']])('answers of a schema from %s', (id) => {
  test(
    'are objects within objects, streamed, and are given for schemas that servers refuse',
    async () => {
      await using engine = await startRealEngine(id);
      await engine.workspace.write('plugins/people/index.ts', example.replace('.max(10)', '.length(3)'));
      await engine.workspace.write('plugins/difficult/index.ts', DIFFICULT_PLUGIN);
      const { stdout, stderr } = await run(engine, ['people', TEXT]);
      const parts = stderr.match(/^so far: .*$/gm) ?? [];
      expect(JSON.parse(stdout)).toEqual({ people: PEOPLE });
      expect(parts.length).toBeGreaterThan(20);
      expect(parts.some((part) => part.includes('"Ada"') && !part.includes('"Bo"'))).toBe(true);
      const difficult = await run(engine, ['difficult']);
      expect(JSON.parse(difficult.stdout)).toEqual({ text: expect.stringMatching(/^\{/) });
    },
    LIMIT_MS,
  );
});
