import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HumanMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import type { Runnable } from '@langchain/core/runnables';
import type { ModelRouter } from '../../../../src/index.ts';
import { CHAIN_PLUGIN, ChainHouse, LINKS, say, type Link } from './chain-house.ts';

let house: ChainHouse;
beforeAll(async () => {
  house = await ChainHouse.open();
}, 60_000);
beforeEach(async () => {
  await Promise.all(
    LINKS.map(async (link) => {
      await house.servers[link].listen();
      await house.servers[link].script([]);
      await house.servers[link].forget();
    }),
  );
});
afterAll(async () => {
  process.stdout.write(`\n${house.transcript.join('\n')}\n`);
  await house[Symbol.asyncDispose]();
});

const HOURS = {
  type: 'function',
  function: {
    name: 'opening_hours',
    description: 'When the library is open',
    parameters: { type: 'object', properties: { day: { type: 'string' } } },
  },
};
const CALL = [{ reply: { toolCalls: [{ name: 'opening_hours', arguments: { day: 'Sunday' } }] } }];

const ANSWER = [{ match: { method: 'POST' }, reply: { text: 'The tool said: 10:00 to 16:00' } }];

/** Who was asked to chat, in order of the chain, and how often. */
async function asked(): Promise<Record<Link, number>> {
  const counts = LINKS.map(async (link) => {
    const records = await house.servers[link].requests(500);
    return [
      link,
      records.filter(({ method, path }) => method === 'POST' && /chat|messages/.test(path)).length,
    ] as const;
  });
  return Object.fromEntries(await Promise.all(counts)) as Record<Link, number>;
}

/** On a busy machine the first look of a process may end before the local server has told its models. */
function lookAround(router: ModelRouter): Promise<void> {
  return router.refresh(new AbortController().signal);
}

describe(`the chain of ${CHAIN_PLUGIN} behind a local model`, () => {
  test('goes on in one conversation while one link after the other is killed', async () => {
    const { router, ledger } = await house.router();
    await lookAround(router);
    const model = (await router.model()).bindTools!([HOURS]) as unknown as Runnable<BaseMessage[]>;
    const messages: BaseMessage[] = [];
    const turn = async (question: string): Promise<string> => {
      messages.push(new HumanMessage(question));
      house.note(`you        ${question}`);
      let answer = await say(model, messages);
      messages.push(answer);
      for (const call of answer.tool_calls ?? []) {
        house.note(
          `${String(answer.response_metadata.provider).padEnd(10)} calls ${call.name}(${JSON.stringify(call.args)})`,
        );
        messages.push(new ToolMessage({ content: '10:00 to 16:00', tool_call_id: call.id!, name: call.name }));
      }
      if (answer.tool_calls?.length) {
        // By a schema of calls and answers, which small local models are asked with, the fake would make up a call.
        for (const link of LINKS) await house.servers[link].script(ANSWER);
        answer = await say(model, messages);
        messages.push(answer);
      }
      const provider = String(answer.response_metadata.provider);
      house.note(`${provider.padEnd(10)} ${answer.text}`);
      return provider;
    };
    const kill = async (link: Link): Promise<void> => {
      await house.servers[link].refuse();
      house.note(`---------- ${link} is killed`);
    };

    await house.servers.ollama.script(CALL);
    expect(await turn('When is the library open on Sunday?')).toBe('ollama');
    await kill('ollama');
    await house.servers.claude.script(CALL);
    expect(await turn('And is that sure?')).toBe('claude');
    await kill('claude');
    await house.servers.openai.script(CALL);
    expect(await turn('Ask once more.')).toBe('openai');
    await kill('openai');
    const error = await say(model, [...messages, new HumanMessage('Anybody?')]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expect.stringMatching(/^E_/) });
    house.note(`nobody     ${(error as { code: string }).code}`);

    expect(house.transcript).toEqual([
      'you        When is the library open on Sunday?',
      'ollama     calls opening_hours({"day":"Sunday"})',
      'ollama     The tool said: 10:00 to 16:00',
      '---------- ollama is killed',
      'you        And is that sure?',
      'claude     calls opening_hours({"day":"Sunday"})',
      'claude     The tool said: 10:00 to 16:00',
      '---------- claude is killed',
      'you        Ask once more.',
      'openai     calls opening_hours({"day":"Sunday"})',
      'openai     The tool said: 10:00 to 16:00',
      '---------- openai is killed',
      expect.stringMatching(/^nobody {5}E_/),
    ]);
    const paid = ledger.query({}).filter(({ costOrigin }) => costOrigin === 'prices');
    expect(new Set(paid.map(({ ref }) => ref.split(':')[0]))).toEqual(new Set(['claude', 'openai']));
    await router.dispose();
  }, 60_000);

  test('asks a cloud nothing while the local model answers', async () => {
    const { router } = await house.router();
    await lookAround(router);
    expect((await say(await router.model(), [new HumanMessage('hi')])).text).toBe('You said: hi');
    expect(await asked()).toEqual({ ollama: 1, claude: 0, openai: 0 });
    await router.dispose();
  });

  test.each<[string, Link, number]>([
    ['has no credit', 'claude', 402],
    ['limits the rate for long', 'claude', 429],
    ['is overloaded', 'claude', 529],
    ['refuses the key', 'claude', 401],
    ['does not have the model', 'claude', 404],
  ])(
    'goes past a cloud that %s',
    async (_, link, status) => {
      const { router } = await house.router();
      await house.servers.ollama.refuse();
      const retryAfter = { seconds: 3600 };
      await house.servers[link].script([{ match: { method: 'POST' }, fault: { kind: 'status', status, retryAfter } }]);
      const answer = await say(await router.model(), [new HumanMessage('hi')]);
      expect(answer.response_metadata).toMatchObject({ provider: 'openai' });
      await router.dispose();
    },
    30_000,
  );

  test('leaves out a cloud that is refused in any layer, whatever key is there', async () => {
    const { router } = await house.router((text) =>
      text.replace('claude: { enabled: true', 'claude: { enabled: false'),
    );
    await house.servers.ollama.refuse();
    const answer = await say(await router.model(), [new HumanMessage('hi')]);
    expect(answer.response_metadata).toMatchObject({ provider: 'openai' });
    expect(await house.servers.claude.requests()).toEqual([]);
    await router.dispose();
  });

  test('does not put another answer behind words that were shown', async () => {
    const { router } = await house.router();
    await house.servers.ollama.refuse();
    await house.servers.claude.script([
      { match: { method: 'POST' }, reply: { text: 'one two three' }, fault: { kind: 'cut', afterTokens: 2 } },
    ]);
    const error = await say(await router.model(), [new HumanMessage('hi')]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E_INTERRUPTED' });
    expect((await asked()).openai).toBe(0);
    await router.dispose();
  });
});
