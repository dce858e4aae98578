import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { MeasurementRecord } from '../../../src/index.ts';
import { createMemoryState } from '../../../src/kernel/state/memory-state.ts';
import { temporaryState } from './state-samples.ts';

let place: ReturnType<typeof temporaryState>;

beforeEach(() => {
  place = temporaryState();
});

afterEach(() => place.remove());

const SPEED = { tokensPerSecond: 40, measuredAt: 1_000 };
const TOOLS = { tasks: 6, valid: 5, right: 4, measuredAt: 2_000 };
const whole: MeasurementRecord = { targetId: 'a', digest: 'sha256:1', speed: SPEED, toolUse: TOOLS, memoryMiB: 900 };

describe.each(['in state.db', 'in memory'])('measurements %s', (where) => {
  const stateOf = () => (where === 'in memory' ? createMemoryState() : place.open());

  test('are joined, what is told later over what was told before', () => {
    const { measurements } = stateOf();
    measurements.save({ targetId: 'a', digest: 'sha256:1', speed: { ...SPEED, tokensPerSecond: 1 } });
    measurements.save({ targetId: 'a', digest: 'sha256:1', speed: SPEED, toolUse: undefined });
    measurements.save({ targetId: 'a', toolUse: TOOLS, memoryMiB: 900 });
    expect(measurements.list()).toEqual([whole]);
  });

  test('of other weights are forgotten', () => {
    const { measurements } = stateOf();
    measurements.save(whole);
    measurements.save({ targetId: 'a', digest: 'sha256:2', memoryMiB: 700 });
    expect(measurements.list()).toEqual([{ targetId: 'a', digest: 'sha256:2', memoryMiB: 700 }]);
  });
});

test('measurements outlive the process', async () => {
  const state = place.open();
  state.measurements.save(whole);
  await state.dispose();
  expect(place.open().measurements.list()).toEqual([whole]);
  expect(place.warnings).toEqual([]);
});
