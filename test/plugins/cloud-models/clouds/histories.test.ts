import { describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, SystemMessage, type BaseMessage } from '@langchain/core/messages';
import { ChatOperation } from '../../../../src/routing/chat/chat-operation.ts';
import { CONVERSATIONS, PIXEL, REASONING, SEAL } from '../../../routing/chat/history/conversations.ts';
import { COMMON_ID } from '../../../routing/chat/history/wire-rules.ts';
import { ServedCloud } from './served-cloud.ts';

interface Block {
  readonly type?: string;
  readonly id?: string;
  readonly tool_use_id?: string;
  readonly functionCall?: { readonly id?: string };
  readonly functionResponse?: { readonly id?: string };
}

/** The calls and the results of each turn of a request, by id. */
type Turns = readonly { readonly role: string; readonly calls: string[]; readonly results: string[] }[];

const READERS: Readonly<Record<string, (body: Record<string, unknown>) => Turns>> = {
  anthropic: ({ messages }) =>
    (messages as { role: string; content: string | Block[] }[]).map(({ role, content }) => {
      const blocks = typeof content === 'string' ? [] : content;
      return {
        role,
        calls: blocks.flatMap(({ type, id }) => (type === 'tool_use' ? [id!] : [])),
        results: blocks.flatMap(({ tool_use_id: id }) => id ?? []),
      };
    }),
  gemini: ({ contents }) =>
    (contents as { role: string; parts: Block[] }[]).map(({ role, parts }) => ({
      role,
      calls: parts.flatMap(({ functionCall }) => functionCall?.id ?? []),
      results: parts.flatMap(({ functionResponse }) => functionResponse?.id ?? []),
    })),
};

for (const [id, read] of Object.entries(READERS)) {
  describe(`a conversation that goes on at ${id}`, () => {
    const served = new ServedCloud(id).during([{ id: 'gemini-3.5-flash' }, { id: 'm' }]);

    async function send(messages: BaseMessage[]): Promise<Record<string, unknown>> {
      await served.server.script([{ reply: { text: 'Rain.' } }]);
      const model = id === 'gemini' ? 'gemini-3.5-flash' : 'm';
      let text = '';
      for await (const chunk of new ChatOperation(messages, {}).run(served.provider(), model, served.call())) {
        text += chunk.text;
      }
      expect(text).toBe('Rain.');
      return (await served.chats()).at(-1)!.body;
    }

    test.each(Object.entries(CONVERSATIONS))('after %s is one that it takes', async (who, make) => {
      const body = await send(make());
      const turns = read(body);
      const ids = turns.flatMap(({ calls }) => calls);
      expect(ids.length).toBeGreaterThan(0);
      expect(new Set(ids).size).toBe(ids.length);
      for (const each of ids) expect(each).toMatch(COMMON_ID);
      for (const [place, { calls }] of turns.entries()) {
        if (calls.length > 0) expect(turns[place + 1]?.results).toEqual(calls);
      }
      expect(turns[0]!.role).toBe('user');
      const text = JSON.stringify(body);
      expect(text).toContain(PIXEL);
      expect(text).toContain('18 degrees');
      // Only its own reasoning goes back to it.
      const isOwn = id === 'anthropic' && who === 'an Anthropic-like model';
      expect(text.includes(SEAL)).toBe(isOwn);
      expect(text.includes(REASONING)).toBe(isOwn);
    });

    test('keeps what the system says in the middle', async () => {
      const body = await send([
        new SystemMessage('Be brief.'),
        new HumanMessage('hi'),
        new AIMessage('hello'),
        new SystemMessage('Be kind.'),
        new HumanMessage('and?'),
      ]);
      const roles = read(body).map(({ role }) => role);
      expect(roles.filter((role) => role !== 'user' && role !== 'assistant' && role !== 'model')).toEqual([]);
      const system = JSON.stringify(body.system ?? body.systemInstruction);
      expect(system).toMatch(/Be brief\..*Be kind\./);
    });
  });
}
