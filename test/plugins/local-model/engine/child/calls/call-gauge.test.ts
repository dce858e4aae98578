import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CallGauge } from '../../../../../../plugins/local-model/engine/child/calls/call-gauge.ts';

const tool = (name: string, description?: string) => ({ type: 'function' as const, function: { name, description } });
const TOOLS = [tool('weather', 'Tells the weather'), tool('set_light')];

const setOf = (index: number) => [tool(`tool_${index}`)];

/** A model that calls with these probabilities, and what it was asked. */
function played(idle: number, wanted: number) {
  const asked: string[] = [];
  const probabilityOf = async (words: string): Promise<number> => {
    asked.push(words);
    return words === 'Tells the weather' || words === 'set light' ? wanted : idle;
  };
  return { asked, probabilityOf };
}

describe('the gauge of calls', () => {
  test('tells a model that calls at a greeting, and tries no descriptions then', async () => {
    const { asked, probabilityOf } = played(0.9, 1);
    expect(await new CallGauge().gauge(TOOLS, probabilityOf)).toEqual({ isEager: true, threshold: 0.25 });
    expect(asked).toEqual(['Hello!', 'Who wrote Hamlet?']);
  });

  test('lets a model that calls where it should be judged as any', async () => {
    const { probabilityOf } = played(0.02, 0.99);
    expect(await new CallGauge().gauge(TOOLS, probabilityOf)).toEqual({ isEager: false, threshold: 0.25 });
  });

  test('takes a shy model at its word between words that need no tool and those that do', async () => {
    const { probabilityOf } = played(0.0001, 0.01);
    const { isEager, threshold } = await new CallGauge().gauge(TOOLS, probabilityOf);
    expect({ isEager, threshold: Number(threshold.toFixed(4)) }).toEqual({ isEager: false, threshold: 0.001 });
  });

  test('does not listen closer to a model that tells nothing apart', async () => {
    const { probabilityOf } = played(0.001, 0.005);
    expect(await new CallGauge().gauge(TOOLS, probabilityOf)).toEqual({ isEager: false, threshold: 0.25 });
  });

  test('gives a threshold between the two, and never more than that of any model', async () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(chance, chance, async (one, other) => {
        const [idle, wanted] = [Math.min(one, other), Math.max(one, other)];
        const { threshold } = await new CallGauge().gauge(TOOLS, played(idle, wanted).probabilityOf);
        expect(threshold).toBeLessThanOrEqual(0.25);
        expect(threshold).toBeGreaterThanOrEqual(Math.min(0.25, idle) - 1e-9);
      }),
    );
  });

  test('asks once for a set of tools, and forgets the oldest of very many', async () => {
    const gauge = new CallGauge();
    const { asked, probabilityOf } = played(0.9, 1);
    for (let index = 0; index < 33; index += 1) await gauge.gauge(setOf(index), probabilityOf);
    const before = asked.length;
    await gauge.gauge(setOf(32), probabilityOf);
    expect(asked).toHaveLength(before);
    await gauge.gauge(setOf(0), probabilityOf);
    expect(asked.length).toBeGreaterThan(before);
  });
});
