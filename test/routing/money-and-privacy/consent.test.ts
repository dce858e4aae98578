import { describe, expect, test } from '@jest/globals';
import type { AskConsent } from '../../../src/index.ts';
import { ask, chatRequest, NEVER, rigOf, scripted } from '../doubles/rig.ts';
import { policyOf, type PolicyScript } from './policy-double.ts';

const permission = { origin: 'config/local.json: routing.cloud.allow' };
const COMMAND = /`wooster privacy allow cloud --project handbook` allows it$/;

function house(script: PolicyScript, hasLocal = true) {
  const local = scripted('local', [{ id: 'm' }], { priority: 2 });
  const cloud = scripted('cloud', [], { locality: 'cloud', model: 'gpt', priority: 1, permission });
  const { policy, seen } = policyOf(script);
  const providers = hasLocal ? [local, cloud] : [cloud];
  const rig = rigOf({ providers, privacy: policy, routing: { strategy: 'cloud-first' } });
  const calls = () => [local.provider.calls, cloud.provider.calls];
  return { rig, seen, calls };
}

function answering(...answers: (boolean | undefined)[]) {
  const asked: Parameters<AskConsent>[0][] = [];
  const askConsent: AskConsent = async (request) => {
    asked.push(request);
    return answers.shift();
  };
  return { asked, askConsent };
}

describe('the first use of a cloud for a project', () => {
  test('is asked about once, and the answer is remembered', async () => {
    const { rig, seen, calls } = house({ consent: 'unasked' });
    const { asked, askConsent } = answering(true);
    await ask(rig, 'hi', { project: 'handbook', askConsent });
    await ask(rig, 'hi again', { project: 'handbook', askConsent });
    expect(asked).toEqual([{ providerId: 'cloud', targetId: 'cloud@api.example.com/gpt', project: 'handbook' }]);
    expect(seen.answers).toEqual([true]);
    expect(calls()).toEqual([0, 2]);
  });

  test('that is refused is remembered, and a local model answers', async () => {
    const { rig, seen, calls } = house({ consent: 'unasked' });
    const { asked, askConsent } = answering(false);
    await ask(rig, 'hi', { project: 'handbook', askConsent });
    await ask(rig, 'hi again', { project: 'handbook', askConsent });
    expect(asked).toHaveLength(1);
    expect(seen.answers).toEqual([false]);
    expect(calls()).toEqual([2, 0]);
    const decision = await rig.router.decide(chatRequest({ project: 'handbook' }), NEVER);
    expect(decision.rejected[0]?.reasons[0]?.text).toMatch(COMMAND);
  });

  test('is no use without an answer, and is asked about again', async () => {
    const { rig, seen, calls } = house({ consent: 'unasked' });
    const { asked, askConsent } = answering(undefined, true);
    await ask(rig, 'hi', { project: 'handbook', askConsent });
    expect(calls()).toEqual([1, 0]);
    await ask(rig, 'hi again', { project: 'handbook', askConsent });
    expect(asked).toHaveLength(2);
    expect(seen.answers).toEqual([true]);
    expect(calls()).toEqual([1, 1]);
  });

  test('does not happen where nobody can be asked, and the line names the command', async () => {
    const { rig, calls } = house({ consent: 'unasked' }, false);
    await expect(ask(rig, 'hi', { project: 'handbook' })).rejects.toMatchObject({
      code: 'E_NO_ROUTE',
      message: expect.stringMatching(/nobody has agreed that it gets what is about the project handbook/),
    });
    expect(calls()).toEqual([0, 0]);
  });

  test('is told as refused where the person refuses and nobody else can answer', async () => {
    const { rig, calls } = house({ consent: 'unasked' }, false);
    const { askConsent } = answering(false);
    await expect(ask(rig, 'hi', { project: 'handbook', askConsent })).rejects.toMatchObject({
      code: 'E_PRIVACY',
      message: expect.stringMatching(COMMAND),
    });
    expect(calls()).toEqual([0, 0]);
  });

  test('needs no answer for what is about no project, or once it was given', async () => {
    const { rig, calls } = house({ consent: 'unasked' });
    await ask(rig);
    expect(calls()).toEqual([0, 1]);
    const agreed = house({ consent: 'given' });
    await ask(agreed.rig, 'hi', { project: 'handbook' });
    expect(agreed.calls()).toEqual([0, 1]);
  });
});
