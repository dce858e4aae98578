import { describe, expect, test } from '@jest/globals';
import { execute } from '../doubles/execution-rig.ts';
import type { LinkScript } from '../doubles/execution-rig.ts';

const silent = (id: string, server: string): LinkScript => ({ id, server, run: () => [{ hang: true }] });
const well = (id: string, server: string): LinkScript => ({ id, server, run: () => [{ say: id }] });
const limits = { firstTokenMs: 20, loadMs: 1 };

describe('a server that let a limit pass in silence', () => {
  test('is asked for its other models after every other server', async () => {
    const { asked, error } = await execute({ links: [silent('a', 's'), silent('b', 's'), well('c', 'other')], limits });
    expect(asked).toBe('a c');
    expect(error).toBeUndefined();
  });

  test('is asked for them all the same when there is no other: a smaller model may be quick enough', async () => {
    const { asked, error } = await execute({ links: [silent('a', 's'), well('b', 's')], limits });
    expect(asked).toBe('a b');
    expect(error).toBeUndefined();
  });
});
