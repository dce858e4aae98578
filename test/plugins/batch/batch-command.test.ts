import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { isAnswer, type BatchLine } from '../../../plugins/batch/output/batch-line.ts';
import { runCli, startCli } from '../../cli/support/cli-process.ts';
import { makeCliWorkspace, serverSettings, type CliWorkspace } from '../../cli/support/cli-workspace.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';

jest.setTimeout(240_000);

const KILLS = 5;
const SEED = 20_260;

let server: FakeModelServer;

beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'openai' });
});
beforeEach(() => server.reset({ dialect: 'openai', models: ['smol'] }));
afterAll(() => server.stop());

function workspaceOf(): Promise<CliWorkspace> {
  return makeCliWorkspace({ providers: { house: serverSettings(server.url) } });
}

async function chats(): Promise<number> {
  return (await server.requests()).filter(({ path }) => path === '/v1/chat/completions').length;
}

function linesIn(text: string): readonly BatchLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as BatchLine);
}

function answersIn(text: string): readonly string[] {
  const lines = linesIn(text).toSorted((left, right) => left.index - right.index);
  return lines.map((line) => (isAnswer(line) ? line.answer : line.error.code));
}

/** Numbers of a seed (mulberry32), from 0 up to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('wooster batch', () => {
  test('writes an answer for each line of standard input, and asks half as often where half are equal', async () => {
    await using workspace = await workspaceOf();
    const prompts = Array.from({ length: 12 }, (_, at) => `question ${at % 6}`);
    const run = await runCli(workspace, ['batch'], { input: prompts.join('\n') });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(answersIn(run.stdout)).toEqual(prompts.map((prompt) => `You said: ${prompt}`));
    expect(await chats()).toBe(6);
    expect(run.stderr).toMatch(
      /^12 answered \(6 equal to others\); 0 failed; \d+ tokens in, \d+ out; \$0\.00; \d+ s$/m,
    );
    const again = await runCli(workspace, ['batch', '--json'], { input: prompts.join('\n') });
    expect(JSON.parse(again.stdout)).toMatchObject({ answered: 12, cached: 6, tokens: { input: 0, output: 0 } });
    expect(await chats()).toBe(6);
    const anew = await runCli(workspace, ['batch', '--cache', 'off'], { input: prompts.slice(0, 2).join('\n') });
    expect(anew.exitCode).toBe(0);
    expect(await chats()).toBe(8);
  });

  test('asks the same of every file, and tells by its code that some or all failed', async () => {
    await server.script([
      { match: { path: '/v1/chat/completions', bodyIncludes: 'poison' }, fault: { kind: 'status', status: 400 } },
    ]);
    await using workspace = await workspaceOf();
    await workspace.write('notes/a.md', 'first');
    await workspace.write('notes/b.md', 'poison');
    const words = ['batch', 'notes', '--prompt', 'Title: {text}', '--out', 'titles.jsonl'];
    const some = await runCli(workspace, words);
    expect(some).toMatchObject({ exitCode: 75, stdout: '' });
    expect(some.stderr).toContain('ask again what failed with --retry-failed');
    const lines = linesIn(readFileSync(join(workspace.root, 'titles.jsonl'), 'utf8'));
    expect(lines.find(({ id }) => id === 'notes/a.md')).toMatchObject({ answer: 'You said: Title: first' });
    expect(lines.find(({ id }) => id === 'notes/b.md')).toMatchObject({
      error: { code: expect.stringMatching(/^E_/) },
    });
    const all = await runCli(workspace, ['batch'], { input: 'poison' });
    expect(all.exitCode).toBe(69);
    await server.script([]);
    const mended = await runCli(workspace, [...words, '--retry-failed']);
    expect(mended.exitCode).toBe(0);
    expect(answersIn(readFileSync(join(workspace.root, 'titles.jsonl'), 'utf8'))).toHaveLength(2);
    const other = await runCli(workspace, ['batch', 'notes', '--prompt', 'Other: {text}', '--out', 'titles.jsonl']);
    expect(other).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('--restart') });
  });

  test('ends cleanly at Ctrl-C and says how to go on', async () => {
    await server.configure({ reply: { tokens: ['one ', 'two'], tokenDelayMs: 150 } });
    await using workspace = await workspaceOf();
    await workspace.write('prompts.txt', Array.from({ length: 40 }, (_, at) => `question ${at}`).join('\n'));
    const running = startCli(workspace, ['batch', 'prompts.txt', '--out', 'answers.jsonl', '--concurrency', '2']);
    await running.until(/asking {2}\d+ items of 40 items/);
    running.interrupt();
    const run = await running.ended;
    expect(run.exitCode).toBe(130);
    expect(run.stderr).toMatch(/interrupted: \d+ of 40 items are written; run the same command again to go on/);
    expect(linesIn(readFileSync(join(workspace.root, 'answers.jsonl'), 'utf8')).length).toBeLessThan(40);
  });

  test(`killed ${KILLS} times (seed ${SEED}), has exactly one line for each item in the end`, async () => {
    // Slow enough that a busy machine still sees lines come one by one, and so kills at work.
    await server.configure({ reply: { tokens: ['one ', 'two ', 'three'], tokenDelayMs: 40 } });
    await using workspace = await workspaceOf();
    const random = seeded(SEED);
    const prompts = Array.from({ length: 60 }, (_, at) => `question ${at % 50}`);
    await workspace.write('prompts.txt', prompts.join('\n'));
    const out = join(workspace.root, 'answers.jsonl');
    const written = (): number => (existsSync(out) ? readFileSync(out, 'utf8').split('\n').length - 1 : 0);
    const words = ['batch', 'prompts.txt', '--out', 'answers.jsonl', '--concurrency', '3', '--cache', 'off'];
    let kills = 0;
    while (kills < KILLS && written() < prompts.length) {
      const target = Math.min(prompts.length, written() + 1 + Math.floor(random() * 6));
      const running = startCli(workspace, words);
      const isOver = running.ended.then(() => true);
      const pause = (): Promise<boolean> => new Promise((settle) => setTimeout(settle, 1 + random() * 4, false));
      while (written() < target) if (await Promise.race([isOver, pause()])) break;
      if (workspace.processes.size > 0) process.kill(running.pid, 'SIGKILL');
      await isOver;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(3);
    const last = await runCli(workspace, words);
    expect(last.exitCode).toBe(0);
    const lines = linesIn(readFileSync(out, 'utf8'));
    const indexes = lines.map(({ index }) => index).toSorted((left, right) => left - right);
    expect(indexes).toEqual(prompts.map((_, at) => at));
    expect(await chats()).toBeLessThanOrEqual(50 + 3 * kills);
  });
});
