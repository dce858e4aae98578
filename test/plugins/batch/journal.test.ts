import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { atEachStep } from '../../kernel/files/power-loss.ts';
import { Journal } from '../../../plugins/batch/output/journal.ts';
import { answerOf, itemsOf, runInMemory, temporaryFolder } from './rig.ts';

const PROMPTS = ['alpha', 'bêta', 'alpha', 'delta 😀', 'epsilon'];
const ITEMS = itemsOf(PROMPTS);
const ON = { items: ITEMS, restart: false, retryFailed: false };

async function finish(path: string, options = ON) {
  const journal = await Journal.open(path, options);
  const run = await runInMemory(options.items, {
    done: journal.done,
    write: (line) => journal.append(line),
    ask: ({ prompt }) =>
      prompt === 'epsilon' ? Promise.reject(new Error('it broke')) : Promise.resolve(answerOf(`re: ${prompt}`)),
  });
  await journal.close();
  return run;
}

async function indexesIn(path: string): Promise<readonly number[]> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { index: number }).index).toSorted((left, right) => left - right);
}

describe('the file of answers', () => {
  test('has one line for each item after it was cut off at any byte', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'deep', 'answers.jsonl');
    await finish(path);
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length }), async (end) => {
        await writeFile(path, whole.subarray(0, end));
        const { asked } = await finish(path);
        expect(await indexesIn(path)).toEqual([0, 1, 2, 3, 4]);
        expect(asked.length).toBeLessThanOrEqual(end === whole.length ? 0 : 4);
      }),
      { numRuns: 60 },
    );
  });

  test('is asked nothing again when it is whole, and what failed when that is wished', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'answers.jsonl');
    await finish(path);
    expect((await finish(path)).asked).toEqual([]);
    expect((await finish(path, { ...ON, retryFailed: true })).asked).toEqual(['epsilon']);
    expect(await indexesIn(path)).toEqual([0, 1, 2, 3, 4]);
    expect((await finish(path, { ...ON, restart: true })).asked).toHaveLength(4);
  });

  test('takes more items at its end, and refuses another input, other options and what is no batch', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'answers.jsonl');
    await finish(path);
    expect((await finish(path, { ...ON, items: itemsOf([...PROMPTS, 'zeta']) })).asked).toEqual(['zeta']);
    const before = await readFile(path, 'utf8');
    const refusals: [Partial<typeof ON>, RegExp][] = [
      [{ items: itemsOf(['other', ...PROMPTS]) }, /line 1 answers another input.*--restart/],
      [{ items: itemsOf(PROMPTS, { temperature: 1 }) }, /line 1 answers another input/],
      [{ items: itemsOf(PROMPTS) }, /line 6 answers another input/],
    ];
    for (const [change, message] of refusals) {
      await expect(Journal.open(path, { ...ON, ...change })).rejects.toMatchObject({
        code: 'E_USAGE',
        message: expect.stringMatching(message),
      });
    }
    await appendFile(path, 'a diary\n');
    await expect(Journal.open(path, ON)).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(await readFile(path, 'utf8')).toBe(`${before}a diary\n`);
  });

  test.each([
    ['is torn', { ...ON }],
    ['begins anew', { ...ON, restart: true }],
  ])('that %s is the former or the new one, whenever the power goes while it is opened', async (_name, options) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'answers.jsonl');
    await finish(path);
    const whole = await readFile(path);
    const torn = Buffer.concat([whole, Buffer.from('{"index":')]);
    await writeFile(path, torn);
    const disks = await atEachStep(
      async (files) => (await Journal.open(path, { ...options, files })).close(),
      new Map([[path, torn]]),
    );
    const next = options.restart ? Buffer.alloc(0) : whole;
    expect(disks.length).toBeGreaterThan(5);
    for (const { disk, isDone } of disks) {
      for (const found of disk.survivors(path)) expect(isDone ? [next] : [torn, next]).toContainEqual(found);
    }
  });

  test('tells of a file that cannot be read or written, with its path', async () => {
    await using folder = await temporaryFolder();
    await expect(Journal.open(folder.path, ON)).rejects.toMatchObject({ code: 'E_FILE' });
    const below = join(folder.path, 'file', 'answers.jsonl');
    await writeFile(join(folder.path, 'file'), '');
    await expect(Journal.open(below, ON)).rejects.toMatchObject({ message: expect.stringContaining(below) });
  });
});
