import { expect, test } from '@jest/globals';
import type { CallLimits } from 'wooster';
import type { Fault } from '../fakes/model-server/faults/fault-kinds.ts';
import { contractCall, type ChatProviderCase, type ChatSubject } from './chat-provider.ts';

const tokens = ['one', ' two', ' three', ' four'];

/** What a scripted server does wrong, and the error each must become; streams and plain calls alike. */
const FAULTS: readonly { what: string; fault: Fault; code: string; isStreamOnly?: boolean; fields?: object }[] = [
  { what: 'a cut stream', fault: { kind: 'cut', afterTokens: 2 }, code: 'E_INTERRUPTED', isStreamOnly: true },
  {
    what: 'a stream without its end marker',
    fault: { kind: 'end-without-marker', afterTokens: 2 },
    code: 'E_INTERRUPTED',
    isStreamOnly: true,
  },
  { what: 'a wrong key', fault: { kind: 'status', status: 401 }, code: 'E_PROVIDER_AUTH' },
  { what: 'no credit', fault: { kind: 'status', status: 402 }, code: 'E_PROVIDER_CREDIT' },
  {
    what: 'a limited rate',
    fault: { kind: 'status', status: 429, retryAfter: { seconds: 7 } },
    code: 'E_RATE_LIMITED',
    fields: { retryAfterMs: 7000 },
  },
  {
    what: 'a limited rate told in milliseconds',
    fault: { kind: 'status', status: 429, retryAfter: { milliseconds: 1500 } },
    code: 'E_RATE_LIMITED',
    fields: { retryAfterMs: 1500 },
  },
  { what: 'a failed server', fault: { kind: 'status', status: 500, message: 'boom' }, code: 'E_PROVIDER_SERVER' },
  { what: 'a web page', fault: { kind: 'html', status: 200 }, code: 'E_MALFORMED' },
  { what: 'an empty reply', fault: { kind: 'empty' }, code: 'E_MALFORMED' },
  {
    what: 'a conversation too long',
    fault: {
      kind: 'status',
      status: 400,
      message: "This model's maximum context length is 512 tokens. However, you requested 1531 tokens in the messages.",
    },
    code: 'E_CONTEXT',
    fields: { limitTokens: 512, actualTokens: 1531 },
  },
];

/** The part of the contract that needs a server which can be told to fail. */
export function describeChatFaults(subjectOf: ChatProviderCase, subject: () => ChatSubject): void {
  const outcome = async (fault: Fault, isStream: boolean, limits: Partial<CallLimits> = {}): Promise<unknown> => {
    const { script, provider, model } = subject();
    await script!([{ match: { path: subjectOf.path }, reply: { tokens }, fault }]);
    const chat = await provider.chat!(model, contractCall(subject(), {}, limits));
    try {
      if (!isStream) return await chat.invoke('hi');
      for await (const chunk of await chat.stream('hi')) void chunk;
      return undefined;
    } catch (error) {
      return error;
    }
  };

  test.each(FAULTS)('reports $what as $code', async ({ fault, code, fields, isStreamOnly }) => {
    for (const isStream of isStreamOnly === true ? [true] : [true, false]) {
      const error = await outcome(fault, isStream);
      expect(error).toMatchObject({ code, message: expect.not.stringContaining('\n'), ...fields });
    }
  });

  test('reports an error told within the stream', async () => {
    const error = await outcome({ kind: 'in-band-error', afterTokens: 1, message: 'the engine has crashed' }, true);
    expect(['E_PROVIDER_SERVER', 'E_INTERRUPTED']).toContain((error as { code: string }).code);
  });

  test('has a limit for the first token, between tokens, and in total', async () => {
    const first = await outcome({ kind: 'role-then-silence' }, true, { firstTokenMs: 100, loadMs: 50 });
    expect(first).toMatchObject({ code: 'E_TIMEOUT', phase: expect.stringMatching(/^(first-token|load)$/) });
    const idle = await outcome({ kind: 'stall', afterTokens: 2 }, true, { idleMs: 100 });
    expect(idle).toMatchObject({ code: 'E_TIMEOUT', phase: 'idle' });
    const total = await outcome({ kind: 'hang-before-headers' }, false, { totalMs: 100 });
    expect(total).toMatchObject({ code: 'E_TIMEOUT', phase: 'total' });
  });
}
