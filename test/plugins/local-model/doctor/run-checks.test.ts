import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../../../plugins/local-model/doctor/run-checks.ts';
import { fixable, fixFindings } from '../../../../plugins/local-model/doctor/fix-findings.ts';
import { FileAccessError, type Finding, type HealthCheck } from '../../../../src/index.ts';

const ok: Finding = { state: 'ok', summary: 'in order' };

function check(id: string, order: number, fields: Partial<HealthCheck> = {}): HealthCheck {
  return { id, title: id, order, run: async () => [ok], ...fields };
}

const never = (): Promise<never> => new Promise(() => undefined);
const { signal } = new AbortController();
const toLines = (found: Awaited<ReturnType<typeof runChecks>>): string[] =>
  found.map(({ check: { id }, state, summary }) => `${id} ${state} ${summary}`);

describe('running checks', () => {
  test('gives their findings in the order of the checks, whoever is done first', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = check('slow', 1, { run: () => promise.then(() => [ok]) });
    const quick = check('quick', 2, {
      run: async () => {
        // The other one ends after this one, which therefore must run beside it.
        resolve();
        return [ok, { state: 'warning', summary: 'a second' }];
      },
    });
    const found = await runChecks([quick, slow], { signal });
    expect(toLines(found)).toEqual(['slow ok in order', 'quick ok in order', 'quick warning a second']);
  });

  test('tells as a finding what a check throws, and that one does not end', async () => {
    const broken = check('broken', 1, { run: () => Promise.reject(new Error('out of luck')) });
    const hanging = check('hanging', 2, { run: never });
    const found = await runChecks([hanging, broken, check('well', 3)], { signal, limitMs: 20 });
    expect(toLines(found)).toEqual([
      'broken warning could not be looked at: out of luck',
      'hanging warning could not be looked at: no answer within 0.02 s',
      'well ok in order',
    ]);
  });

  test('gives each check a signal that ends with its limit', async () => {
    let isAborted = false;
    const careful = check('careful', 1, {
      run: (own) =>
        new Promise((_resolve, reject) => {
          own.addEventListener('abort', () => {
            isAborted = true;
            reject(new Error('ended'));
          });
        }),
    });
    const [finding] = await runChecks([careful], { signal, limitMs: 10 });
    expect([isAborted, finding?.summary]).toEqual([true, 'could not be looked at: no answer within 0.01 s']);
  });

  test('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const running = runChecks([check('well', 1)], { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});

async function mend(checks: readonly HealthCheck[]) {
  const notes: string[] = [];
  const progress = { update: () => {}, note: (text: string) => void notes.push(text), finish: () => {} };
  const outcomes = await fixFindings(await runChecks(checks, { signal }), { signal, progress });
  return { outcomes, notes };
}

describe('mending', () => {
  const mendable: Finding = { state: 'warning', summary: 'missing', canFix: true };

  test('goes through the checks one after the other, each once, and tells each', async () => {
    const order: string[] = [];
    const fix = (id: string) => async () => {
      order.push(`${id} begins`);
      await Promise.resolve();
      order.push(`${id} ends`);
      return `${id} done`;
    };
    const two = check('two', 2, { run: async () => [mendable, mendable], fix: fix('two') });
    const one = check('one', 1, { run: async () => [mendable], fix: fix('one') });
    const { outcomes, notes } = await mend([two, one, check('well', 3, { fix: fix('well') })]);
    expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
    expect(outcomes.map(({ check: id, isDone, text }) => [id, isDone, text])).toEqual([
      ['one', true, 'one done'],
      ['two', true, 'two done'],
    ]);
    expect(notes).toEqual(['one: mending', 'one: one done', 'two: mending', 'two: two done']);
  });

  test('tells why something could not be mended, and goes on', async () => {
    const fault = new FileAccessError('config/local.json: EACCES', { path: '/x' });
    const first = check('first', 1, { run: async () => [mendable], fix: () => Promise.reject(fault) });
    const second = check('second', 2, { run: async () => [mendable], fix: async () => 'done' });
    const { outcomes, notes } = await mend([first, second]);
    expect(outcomes.map(({ isDone, text }) => [isDone, text])).toEqual([
      [false, 'E_FILE config/local.json: EACCES'],
      [true, 'done'],
    ]);
    expect(notes).toContain('first: not mended: E_FILE config/local.json: EACCES');
  });

  test('leaves alone what is in order and what nobody can mend', async () => {
    const inOrder = check('in-order', 1, { run: async () => [{ ...ok, canFix: true }], fix: async () => 'no' });
    const byHand = check('by-hand', 2, { run: async () => [mendable] });
    expect(fixable(await runChecks([inOrder, byHand], { signal }))).toEqual([]);
  });
});
