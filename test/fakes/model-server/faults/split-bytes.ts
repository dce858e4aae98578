import type { Step } from '../http/reply.ts';

/**
 * Sends broken into pieces that pay no heed to characters, lines or frames: of a fixed size, or (without one) of 1 to 7 bytes from a
 * seeded sequence. A short wait between the pieces keeps the kernel from joining all of them.
 */
export function splitSteps(steps: Step[], how: { everyBytes?: number; seed?: number }): Step[] {
  let state = (how.seed ?? 1) >>> 0;
  const nextSize = (): number => {
    if (how.everyBytes !== undefined) return Math.max(1, how.everyBytes);
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + ((state >>> 16) % 7);
  };
  return steps.flatMap((step): Step[] => {
    if (step.kind !== 'send') return [step];
    const pieces: Step[] = [];
    for (let from = 0; from < step.bytes.length;) {
      const to = Math.min(step.bytes.length, from + nextSize());
      const part = to === step.bytes.length || step.part === 'body' ? step.part : 'opening';
      pieces.push({ kind: 'send', part, bytes: step.bytes.subarray(from, to) });
      from = to;
    }
    return pieces;
  });
}
