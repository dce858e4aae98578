import { describe, expect, test } from '@jest/globals';
import { benchModels } from '../../../../../plugins/local-model/actions/models/bench/bench-model.ts';
import { longPrompt, speedOf } from '../../../../../plugins/local-model/actions/models/bench/measure-speed.ts';
import { judgeCall, TOOL_TASKS } from '../../../../../plugins/local-model/actions/models/bench/tool-tasks.ts';
import { ProviderUnreachableError } from '../../../../../src/index.ts';
import { scripted } from '../../../../routing/doubles/rig.ts';
import { modelsRig } from './models-rig.ts';

const timed = (firstTokenMs: number, totalMs: number) => ({
  firstTokenMs,
  totalMs,
  inputTokens: 500,
  outputTokens: 101,
});

describe('the speed of several calls', () => {
  test('is the median of tokens over the time after the first', () => {
    const speed = speedOf([timed(100, 1_100), timed(200, 2_200), timed(500, 10_500)]);
    expect(speed).toEqual({ tokensPerSecond: 50, promptTokensPerSecond: 2_500, firstTokenMs: 200 });
  });

  test('leaves out an answer of one token, which has no time after the first', () => {
    const speed = speedOf([{ firstTokenMs: 10, totalMs: 10, inputTokens: 5, outputTokens: 1 }]);
    expect(speed.tokensPerSecond).toBe(0);
  });

  test('is measured with prompts that share no beginning', () => {
    expect(longPrompt(1000).slice(0, 20)).not.toBe(longPrompt(2000).slice(0, 20));
  });
});

describe('a call of a tool', () => {
  const [task] = TOOL_TASKS;

  test.each([
    ['is right whatever the case of a name', { name: 'get_weather', args: { city: ' oslo' } }, true, true],
    ['is valid and wrong with another city', { name: 'get_weather', args: { city: 'Bergen' } }, true, false],
    ['is valid and wrong with another tool', { name: 'set_timer', args: { minutes: 3 } }, true, false],
    ['is invalid with another type', { name: 'set_timer', args: { minutes: 'three' } }, false, false],
    ['is invalid for a tool there is none of', { name: 'dance', args: {} }, false, false],
  ])('%s', (_name, call, isValid, isRight) => {
    expect(judgeCall(task!, call)).toEqual({ isValid, isRight });
  });

  test('that was never made is neither', () => {
    expect(judgeCall(task!, undefined)).toEqual({ isValid: false, isRight: false });
  });

  test('is wrong where none is needed, and none is right', () => {
    const idle = TOOL_TASKS.find(({ tool }) => tool === undefined)!;
    expect(judgeCall(idle, undefined)).toEqual({ isValid: true, isRight: true });
    expect(judgeCall(idle, { name: 'get_weather', args: { city: 'Oslo' } })).toEqual({ isValid: true, isRight: false });
  });
});

describe('models bench', () => {
  test('measures speed and use of tools, keeps both, and they are known from then on', async () => {
    const desk = scripted('desk', [{ id: 'm', can: { chat: true, tools: true } }], { model: 'm' });
    desk.provider.script = () => ['a ', 'b ', 'c ', { usage: [400, 3] }];
    const rig = modelsRig({ providers: [desk] });
    const { result, text } = await rig.run(benchModels, { operation: 'bench', names: ['desk:m'] });
    expect(result.rows[0]).toMatchObject({
      model: 'desk:m',
      tools: { tasks: TOOL_TASKS.length, valid: 3, right: 3, way: 'native', ways: { native: { right: 3 } } },
    });
    expect(result.rows[0]!.promptTokensPerSecond).toBeGreaterThan(0);
    expect(text).toMatch(/^desk:m\n {2}writes [\d.]+ tokens\/s/);
    expect(text).toContain(`tools: 3 of ${TOOL_TASKS.length} tasks right, 3 valid`);
    const [record] = rig.state.measurements.list();
    expect(record).toMatchObject({
      targetId: expect.stringMatching(/^desk@.*\/m$/),
      speed: { measuredAt: 1_700_000_000_000 },
    });
    expect(new Set(rig.labels)).toEqual(new Set(['desk:m: first call', 'desk:m: speed', 'desk:m: tools']));
  });

  test('asks no tools of a model that has none', async () => {
    const desk = scripted('desk', [{ id: 'm', can: { chat: true, tools: false } }], { model: 'm' });
    const rig = modelsRig({ providers: [desk] });
    const { text } = await rig.run(benchModels, { operation: 'bench', names: ['desk:m'] });
    expect(text).toContain('tools: it has none');
  });

  test('keeps the speed although the tools fail, and what was measured although the server tells no memory', async () => {
    const desk = scripted('desk', [{ id: 'm', can: { chat: true, tools: true } }], { model: 'm' });
    Object.assign(desk.provider, {
      lifecycle: { loaded: () => Promise.reject(new ProviderUnreachableError('it hung up')) },
    });
    const rig = modelsRig({ providers: [desk] });
    const { result } = await rig.run(benchModels, { operation: 'bench', names: ['desk:m'] });
    expect(result.rows[0]).toMatchObject({ tools: { right: 3 }, memoryMiB: undefined });
    let calls = 0;
    desk.provider.script = () => ((calls += 1) > 5 ? [{ error: new ProviderUnreachableError('gone') }] : ['a', 'b']);
    const next = modelsRig({ providers: [desk] });
    await expect(next.run(benchModels, { operation: 'bench', names: ['desk:m'] })).rejects.toMatchObject({
      code: 'E_UNREACHABLE',
    });
    expect(next.state.measurements.list()[0]).toMatchObject({ speed: { measuredAt: 1_700_000_000_000 } });
  });

  test('keeps nothing of a server that fails, and says what failed', async () => {
    const desk = scripted('desk', [{ id: 'm' }], { model: 'm' });
    desk.provider.script = () => [{ error: new ProviderUnreachableError('desk is gone') }];
    const rig = modelsRig({
      providers: [desk],
      routing: {
        failover: { isEnabled: true, maxRetries: 0, failureThreshold: 5, recoveryMs: 1_000, interruptedText: 'stop' },
      },
    });
    await expect(rig.run(benchModels, { operation: 'bench', names: ['desk:m'] })).rejects.toMatchObject({
      code: 'E_UNREACHABLE',
    });
    expect(rig.state.measurements.list()).toEqual([]);
  });

  test.each([
    [{ names: [] }, /which model\?/],
    [{ names: ['nothing'] }, /write provider:model/],
    [{ names: ['desk:other'] }, /no model is called desk:other: there are desk:m/],
  ])('says what is wrong with %j', async (args, message) => {
    const rig = modelsRig({ providers: [scripted('desk', [{ id: 'm' }])] });
    await expect(rig.run(benchModels, { operation: 'bench', ...args })).rejects.toThrow(message);
  });
});
