import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli, startCli, type CliRun } from '../cli/support/cli-process.ts';
import { expectOneLine } from '../cli/support/expect-error.ts';
import { lastTrace } from '../cli/support/read-trace.ts';
import { startRealEngine, type RealEngine, type RealEngineId } from './real-engines.ts';

const LIMIT_MS = 240_000;
const RUN_LIMIT_MS = 120_000;

const QUESTION = ['ask', 'What is the capital of France?', '--temperature', '0', '--tools', 'none'];
const STORY = [
  'ask',
  'Tell me a very long story about a sailor. Write at least two thousand words.',
  '--tools',
  'none',
  '--max-tokens',
  '1500',
];
const CLOSING_LINE = /^(\S+:\S+) · .*tokens · first token .* · wooster why \w+$/m;

describe.each<RealEngineId>(['embedded', 'llamacpp', 'ollama', 'mlx'])('a conversation through %s', (id) => {
  let engine: RealEngine;

  beforeAll(async () => {
    engine = await startRealEngine(id);
  }, LIMIT_MS);
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
  }, LIMIT_MS);

  const run = (words: readonly string[]): Promise<CliRun> =>
    runCli(engine.workspace, words, { environment: engine.environment, limitMs: RUN_LIMIT_MS });

  test(
    'streams the answer in pieces to its end marker and tells where it came from',
    async () => {
      const answer = await run([...QUESTION, '--max-tokens', '48']);
      // The model of 135 million parameters speaks of France, but need not know its capital.
      const knows = id === 'mlx' ? /France|Paris/ : /Paris/;
      expect(answer).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(knows) });
      expect(answer.pieces).toBeGreaterThan(1);
      expect(answer.stderr).toMatch(CLOSING_LINE);
      process.stderr.write(`real: ${engine.version}: ${CLOSING_LINE.exec(answer.stderr)?.[0] ?? ''}\n`);
      expect(await lastTrace(engine.workspace)).toMatchObject({ attempts: [{ outcome: 'answered' }] });
    },
    LIMIT_MS,
  );

  test(
    'stops at Ctrl-C, is free at once for the next question, and says that its answer was cut at the token limit',
    async () => {
      const story = startCli(engine.workspace, STORY, { environment: engine.environment, limitMs: RUN_LIMIT_MS });
      await story.until(/\S{2,}\s+\S{2,}\s+\S{2,}/, RUN_LIMIT_MS);
      story.interrupt();
      expect(await story.ended).toMatchObject({ exitCode: 130 });
      expect(await lastTrace(engine.workspace)).toMatchObject({ attempts: [{ outcome: 'cancelled' }] });
      const next = await run([...STORY.slice(0, -2), '--max-tokens', '6', '--json']);
      expect(next.exitCode).toBe(0);
      const answer = JSON.parse(next.stdout) as { firstTokenMs: number };
      expect(answer).toMatchObject({ finishReason: 'length', tokens: { output: 6 } });
      // The engine has one slot: were the story still being written, this would have waited for its end.
      expect(answer.firstTokenMs).toBeLessThan(25_000);
    },
    LIMIT_MS,
  );

  test(
    'shows what came of an answer whose engine is killed, and says that it broke off',
    async () => {
      const story = startCli(engine.workspace, STORY, { environment: engine.environment, limitMs: RUN_LIMIT_MS });
      await story.until(/\S{2,}\s+\S{2,}\s+\S{2,}/, RUN_LIMIT_MS);
      await engine.kill(story.pid);
      const broken = await story.ended;
      expect(broken.stdout.trim().length).toBeGreaterThan(5);
      expectOneLine(broken, 'E_INTERRUPTED', 69);
      expect(await lastTrace(engine.workspace)).toMatchObject({ attempts: [{ outcome: 'interrupted' }] });
    },
    LIMIT_MS,
  );
});
