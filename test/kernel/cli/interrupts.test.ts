import { describe, expect, test } from '@jest/globals';
import { createInterrupts } from '../../../src/kernel/cli/interrupts.ts';

function interrupts(limitMs = 10_000) {
  const left: number[] = [];
  return { left, made: createInterrupts((code) => void left.push(code), limitMs) };
}

describe('interrupts', () => {
  test('the first Ctrl-C aborts, the second leaves at once', () => {
    const { made, left } = interrupts();
    made.interrupt();
    expect([made.signal.aborted, made.exitCode, left]).toEqual([true, 130, []]);
    made.interrupt();
    expect(left).toEqual([130]);
  });

  test('the newest listener is asked first, and one that is gone is not asked', () => {
    const { made } = interrupts();
    const asked: string[] = [];
    made.onInterrupt(() => (asked.push('older'), true));
    const newer = made.onInterrupt(() => (asked.push('newer'), false));
    made.interrupt();
    void newer.dispose();
    void newer.dispose();
    made.interrupt();
    expect([asked, made.signal.aborted]).toEqual([['newer', 'older', 'older'], false]);
  });

  test('being asked to end goes past every listener', () => {
    const { made } = interrupts();
    made.onInterrupt(() => true);
    made.terminate(143);
    expect([made.signal.aborted, made.exitCode]).toEqual([true, 143]);
  });

  test('a stop that takes too long is cut short', async () => {
    const { made, left } = interrupts(20);
    made.interrupt();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(left).toEqual([130]);
  });
});
