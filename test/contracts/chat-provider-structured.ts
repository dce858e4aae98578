import { expect, test } from '@jest/globals';
import { HumanMessage } from '@langchain/core/messages';
import { z } from 'zod';
import { pipeToSchema } from '../../src/routing/chat/structured-output.ts';
import type { ReplyScript } from '../fakes/model-server/protocol.ts';
import { contractCall, type ChatProviderCase, type ChatSubject } from './chat-provider.ts';

const schema = z.object({
  city: z.string(),
  kind: z.enum(['town', 'village']),
  mayor: z.object({ name: z.string(), party: z.string().nullable() }),
  rivers: z.array(z.object({ name: z.string(), km: z.number() })),
  size: z.union([z.number(), z.string()]),
});

const VALUE: z.infer<typeof schema> = {
  city: 'Oslo',
  kind: 'town',
  mayor: { name: 'Ada', party: null },
  rivers: [
    { name: 'Akerselva', km: 8.2 },
    { name: 'Alna', km: 17 },
  ],
  size: 'large',
};

/** The part of the contract on answers in a form, scripted: as the router asks for them, plain and streamed. */
export function describeChatForms(subjectOf: ChatProviderCase, subject: () => ChatSubject): void {
  const reply: ReplyScript = { tokens: JSON.stringify(VALUE).match(/.{1,9}/gs)! };
  const play = (): Promise<void> => subject().script!([{ match: { path: subjectOf.path }, reply }]);

  test('keeps to a form of parts, choices and lists, plain and streamed', async () => {
    await play();
    const { provider, model } = subject();
    const asked = pipeToSchema(await provider.chat!(model, contractCall(subject())), schema);
    expect(await asked.invoke('Tell me of Oslo')).toEqual(VALUE);
    const pieces: unknown[] = [];
    for await (const piece of await asked.stream('Tell me of Oslo')) pieces.push(piece);
    expect(pieces.at(-1)).toEqual(VALUE);
    const bodies = JSON.stringify((await subject().requests?.(500))?.map(({ body }) => body) ?? []);
    expect(bodies).toMatch(/village/);
  });

  test('streams an answer in a form piece by piece, by its own method too', async () => {
    await play();
    const { provider, model } = subject();
    const chat = await provider.chat!(model, contractCall(subject()));
    expect(await chat.withStructuredOutput(schema).invoke('Tell me of Oslo')).toEqual(VALUE);
    const response_format = { type: 'json_schema', json_schema: { name: 'place', schema: z.toJSONSchema(schema) } };
    let text = '';
    for await (const chunk of chat._streamResponseChunks([new HumanMessage('Oslo')], { response_format } as never)) {
      text += chunk.text;
    }
    expect(JSON.parse(text)).toEqual(VALUE);
  });
}
