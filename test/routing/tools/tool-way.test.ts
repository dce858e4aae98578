import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { TOOL_WAYS, type ModelInfo, type ToolScore, type ToolWay } from '../../../src/index.ts';
import { describeTrace } from '../../../src/routing/describe-trace.ts';
import { chooseToolWay, isTrustedWithTools } from '../../../src/routing/tools/tool-way.ts';
import { ask, chatRequest, NEVER, rigOf, scripted } from '../doubles/rig.ts';

type Facts = Parameters<typeof chooseToolWay>[0];

interface Known {
  readonly tools?: boolean;
  readonly ways?: readonly ToolWay[];
  readonly isSet?: boolean;
  readonly parameters?: string;
  readonly scores?: Partial<Record<ToolWay, ToolScore>>;
}

function model({ tools, ways, isSet, parameters, scores }: Known): Facts {
  const measured = scores && { ...Object.values(scores)[0]!, ways: scores, measuredAt: 0 };
  return {
    capabilities: tools === undefined ? {} : { tools: { value: tools, origin: 'server' } },
    ...(ways && { toolWays: { value: ways, origin: isSet === true ? 'config' : 'catalogue' } }),
    ...(parameters !== undefined && { parameterCount: { value: parameters, origin: 'server' } }),
    ...(measured && { toolUse: { value: measured, origin: 'measured' } }),
  };
}

const score = (right: number): ToolScore => ({ tasks: 9, valid: 9, right });

describe('the way of calling tools', () => {
  test.each<[string, Known, ToolWay | undefined, RegExp | undefined]>([
    [
      'is that of the server for a model that it says calls tools',
      { tools: true, ways: TOOL_WAYS },
      'native',
      /server says/,
    ],
    [
      'is a schema for one that has none of its own',
      { tools: false, ways: TOOL_WAYS },
      'schema',
      /no tools of its own/,
    ],
    [
      'is words where the server holds to no schema',
      { tools: false, ways: ['native', 'prompt'] },
      'prompt',
      /no tools/,
    ],
    [
      'is that of the server for a small one too',
      { tools: true, ways: TOOL_WAYS, parameters: '0.49B' },
      'native',
      /server says/,
    ],
    ['is that of the server where nobody knows', { ways: TOOL_WAYS }, 'native', /not known/],
    ['is words where nobody knows and the server has no tools', { ways: ['prompt'] }, 'prompt', /way of its engine/],
    ['is what the settings say', { tools: true, ways: ['prompt'], isSet: true }, 'prompt', /settings/],
    ['is none where the settings switch tools off', { tools: true, ways: [], isSet: true }, undefined, undefined],
    ['is none for a model that cannot, on a server without other ways', { tools: false }, undefined, undefined],
    [
      'is that of an engine that has one, whatever the model',
      { tools: false, ways: ['native'] },
      'native',
      /its engine/,
    ],
    [
      'is the one that did best here',
      { tools: true, ways: TOOL_WAYS, scores: { native: score(3), schema: score(8), prompt: score(5) } },
      'schema',
      /^measured here: 8 of 9 calls right$/,
    ],
    [
      'is the first of those that did equally well',
      { tools: false, ways: TOOL_WAYS, scores: { prompt: score(7), native: score(7) } },
      'native',
      /measured/,
    ],
    [
      'is not one that never worked while others were not tried',
      { tools: true, ways: TOOL_WAYS, scores: { native: score(0) } },
      'native',
      /server says/,
    ],
  ])('%s', (_name, known, way, reason) => {
    const choice = chooseToolWay(model(known));
    expect(choice?.way).toBe(way);
    if (reason !== undefined) expect(choice?.reason).toMatch(reason);
  });

  test('is the one asked for, where there is such', () => {
    expect(chooseToolWay(model({ tools: true, ways: TOOL_WAYS }), 'prompt')).toEqual({
      way: 'prompt',
      reason: 'asked for',
    });
    expect(chooseToolWay(model({ tools: true }), 'prompt')?.way).toBe('native');
  });

  test('is always one of those that its server has', () => {
    const known = fc.record({
      tools: fc.option(fc.boolean(), { nil: undefined }),
      ways: fc.option(fc.subarray([...TOOL_WAYS]), { nil: undefined }),
      parameters: fc.option(fc.constantFrom('0.5B', '8B', 'huge'), { nil: undefined }),
      scores: fc.option(fc.dictionary(fc.constantFrom(...TOOL_WAYS), fc.nat(9).map(score)), { nil: undefined }),
    });
    fc.assert(
      fc.property(known, fc.option(fc.constantFrom(...TOOL_WAYS), { nil: undefined }), (facts, wanted) => {
        const { way } = chooseToolWay(model(facts), wanted) ?? {};
        const ways = facts.ways ?? ['native'];
        expect(way === undefined || ways.includes(way)).toBe(true);
        if (wanted !== undefined && ways.includes(wanted)) expect(way).toBe(wanted);
        if (facts.tools === true && ways.includes('native')) expect(way).toBeDefined();
      }),
    );
  });
});

describe('a model is offered tools that nobody asked for', () => {
  test.each<[string, Known, boolean]>([
    ['when its server says that it calls them', { tools: true }, true],
    ['not when nobody knows', { ways: TOOL_WAYS }, false],
    ['not when it cannot', { tools: false }, false],
    [
      'when it has none of its own and is large enough for a schema',
      { tools: false, ways: TOOL_WAYS, parameters: '3B' },
      true,
    ],
    ['not when it is small and has none of its own', { tools: false, ways: TOOL_WAYS, parameters: '135M' }, false],
    ['when it did well here', { tools: false, ways: TOOL_WAYS, scores: { schema: score(6) } }, true],
    ['not when it did badly here, whatever its server says', { tools: true, scores: { native: score(5) } }, false],
  ])('%s', (_name, known, isTrusted) => {
    expect(isTrustedWithTools(model(known))).toBe(isTrusted);
  });
});

describe('in a decision', () => {
  const tools = { tools: true };

  test('each link says how it is brought to call tools, the provider is told, and `why` prints it', async () => {
    const desk = scripted('desk', [{ id: 'm', can: { chat: true, tools: false }, toolWays: TOOL_WAYS }], {
      model: 'm',
    });
    const rig = rigOf({ providers: [desk] });
    await ask(rig, 'hi', { needs: tools });
    const [trace] = rig.state.decisions.list();
    expect(trace!.decision.chain[0]!.toolWay).toEqual({
      way: 'schema',
      reason: 'its server says that it has no tools of its own',
    });
    expect(desk.provider.contexts.at(-1)!.toolWay).toBe('schema');
    const lines = describeTrace(trace!).sections.flatMap((section) => section.lines);
    expect(lines).toContainEqual(
      expect.stringMatching(/\(local, tools by a JSON schema: its server says that it has no tools of its own\)$/),
    );
  });

  test('a call without tools has no such thing', async () => {
    const desk = scripted('desk', [{ id: 'm', can: { chat: true, tools: true } }], { model: 'm' });
    const rig = rigOf({ providers: [desk] });
    await ask(rig);
    expect(rig.state.decisions.list()[0]!.decision.chain[0]).not.toHaveProperty('toolWay');
    expect(desk.provider.contexts.at(-1)!.toolWay).toBeUndefined();
  });

  test('a model that cannot in any way is left out, and one that can be told a schema in words is not', async () => {
    const none = scripted('none', [{ id: 'm', can: { chat: true, tools: false, json: false } }], { model: 'm' });
    const words = scripted(
      'wordy',
      [{ id: 'm', can: { chat: true, tools: false, json: false }, toolWays: ['prompt'] }],
      { model: 'm' },
    );
    const { router } = rigOf({ providers: [none, words] });
    await router.refresh(NEVER);
    for (const needs of [tools, { json: true }]) {
      const { chain, rejected } = await router.decide(chatRequest({ needs }), NEVER);
      expect(chain.map(({ ref }) => ref)).toEqual(['wordy:m']);
      expect(rejected).toEqual([expect.objectContaining({ ref: 'none:m' })]);
    }
  });

  test('the way asked for holds for the models that know it', async () => {
    const both = scripted('both', [{ id: 'm', can: { chat: true, tools: true }, toolWays: TOOL_WAYS }], { model: 'm' });
    const own = scripted('own', [{ id: 'm', can: { chat: true, tools: true } }], { model: 'm' });
    const { router } = rigOf({ providers: [both, own] });
    await router.refresh(NEVER);
    const { chain } = await router.decide(chatRequest({ needs: tools, toolWay: 'prompt' }), NEVER);
    expect(Object.fromEntries(chain.map(({ ref, toolWay }) => [ref, toolWay?.way]))).toEqual({
      'both:m': 'prompt',
      'own:m': 'native',
    });
  });
});

test('facts of a model carry the ways of its provider', async () => {
  const desk = scripted('desk', [{ id: 'm', toolWays: ['prompt'], parameterCount: '3B' }], { model: 'm' });
  const { router } = rigOf({ providers: [desk] });
  await router.refresh(NEVER);
  const known: ModelInfo = router.status().targets[0]!.model;
  expect(known.toolWays?.value).toEqual(['prompt']);
  expect(isTrustedWithTools(known)).toBe(true);
});
