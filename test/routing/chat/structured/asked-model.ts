import type { StructuredOutputMethodOptions } from '@langchain/core/language_models/base';
import type { BaseChatModelCallOptions } from '@langchain/core/language_models/chat_models';
import type { BaseMessage } from '@langchain/core/messages';
import { z } from 'zod';
import { pipeToSchema } from '../../../../src/routing/chat/structured-output.ts';
import { ScriptedChatModel, type ScriptedAnswer } from '../../../doubles/scripted-chat-model.ts';

export const TRIP = z.object({
  city: z.string().describe('where it goes'),
  kind: z.enum(['work', 'leisure']),
  stops: z.array(z.object({ name: z.string(), nights: z.number().int().min(0) })),
  by: z.discriminatedUnion('way', [
    z.object({ way: z.literal('train'), seat: z.string().nullable() }),
    z.object({ way: z.literal('plane'), flight: z.string() }),
  ]),
  note: z.string().optional(),
  tags: z.record(z.string(), z.boolean()).default({}),
});

export const WRITTEN = {
  city: 'Oslo',
  kind: 'work',
  stops: [
    { name: 'Bergen "north"', nights: 12 },
    { name: 'Voß 😀', nights: 3 },
  ],
  by: { way: 'train', seat: null },
};
export const VALUE = { ...WRITTEN, tags: {} };

type Config = StructuredOutputMethodOptions<boolean>;

/** A scripted model that keeps the options of its calls, and their messages. */
export class AskedModel extends ScriptedChatModel {
  readonly options: Record<string, unknown>[] = [];

  override async *_streamResponseChunks(messages: BaseMessage[], options: BaseChatModelCallOptions) {
    this.options.push({ ...options });
    yield* super._streamResponseChunks(messages, options);
  }
}

export const said = (value: unknown, size = 5): ScriptedAnswer => ({
  tokens: (typeof value === 'string' ? value : JSON.stringify(value)).match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? [],
});

export function asked(answers: readonly ScriptedAnswer[], config?: Config, metadata = {}, schema: object = TRIP) {
  const model = new AskedModel(answers, metadata);
  return { model, output: pipeToSchema(model, schema, config) };
}

export async function parts(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const read: unknown[] = [];
  for await (const part of stream) read.push(structuredClone(part));
  return read;
}

export const lastOf = (model: ScriptedChatModel): string => model.asked.at(-1)?.at(-1)?.text ?? '';
