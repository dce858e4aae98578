import { expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import * as fc from 'fast-check';
import { turnsFromMessages } from '../../../../plugins/local-model/chat-model/turns-from-messages.ts';
import { openAIDialect } from '../../../../plugins/local-model/client/dialects/openai-dialect.ts';
import { translateHistory } from '../../../../src/routing/chat/history/translate-history.ts';
import { SEAL } from './conversations.ts';
import { COMMON_ID, faultsOnWire, NINE_ID, type WireMessage } from './wire-rules.ts';

type Content = BaseMessage['content'];

const word = fc.stringMatching(/^[a-z]{4,8}$/);
const id = fc.constantFrom('a', 'call_1', '0', '', 'bad id|', 'x'.repeat(60), 'abcDEF123');
const name = fc.constantFrom('f', 'get weather', '', 'g');
const textBlock = word.map((text) => ({ type: 'text', text }));
const vendorBlock = fc.constantFrom(
  { type: 'thinking', thinking: 'hm', signature: SEAL },
  { type: 'redacted_thinking', data: SEAL },
  { type: 'reasoning', reasoning: 'hm', signature: SEAL },
  { type: 'tool_use', id: 'a', name: 'f', input: {} },
  { type: 'input_json_delta', input: '{', index: 1 },
);
const toolCall = fc.record({ id: fc.option(id, { nil: undefined }), name, args: fc.constant({ n: 1 }) });
const invalid = fc.record({ id: fc.option(id, { nil: undefined }), name, args: fc.constant('{') });

const answer = fc
  .record({
    content: fc.oneof(word, fc.constant(''), fc.array(fc.oneof(textBlock, vendorBlock), { maxLength: 4 })),
    tool_calls: fc.array(toolCall, { maxLength: 3 }),
    invalid_tool_calls: fc.array(invalid, { maxLength: 1 }),
    response_metadata: fc.constantFrom({}, { provider: 'other' }, { model_provider: 'anthropic' }),
  })
  .map((fields) => new AIMessage(fields as ConstructorParameters<typeof AIMessage>[0] & object));
const picture = fc.constant({ type: 'image', mimeType: 'image/png', data: 'iVBORw0KGgo=' });
const result = fc
  .record({
    tool_call_id: id,
    content: fc.oneof(word, fc.array(fc.oneof(textBlock, picture), { minLength: 1, maxLength: 2 })),
  })
  .map(({ tool_call_id, content }) => new ToolMessage({ tool_call_id, content }));
const question = fc
  .oneof(word, fc.array(fc.oneof(textBlock, picture), { minLength: 1, maxLength: 2 }))
  .map((content) => new HumanMessage({ content: content as Content }));
const conversation = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: answer },
    { weight: 4, arbitrary: result },
    { weight: 2, arbitrary: question },
    { weight: 1, arbitrary: word.map((text) => new SystemMessage(text)) },
  ),
  { maxLength: 14 },
);
const target = fc.constantFrom(
  { providerId: 'ollama', modelId: 'm', isCloud: false },
  { providerId: 'llamacpp', modelId: 'mistral-7b', isCloud: false },
  { providerId: 'openai', modelId: 'gpt-x', isCloud: true },
);

function textsOf(message: BaseMessage): string[] {
  if (typeof message.content === 'string') return [message.content];
  return message.content.flatMap((block) => (block.type === 'text' ? [String(block.text)] : []));
}

/** All texts but those of results, of which one that repeats another may go. */
function lasting(messages: readonly BaseMessage[]): string[] {
  return messages.filter((message) => message.getType() !== 'tool').flatMap(textsOf);
}

function countPictures(list: readonly unknown[]): number {
  return JSON.stringify(list).split('iVBORw0KGgo=').length;
}

function onTheWire(messages: BaseMessage[]): WireMessage[] {
  const request = { model: 'm', turns: turnsFromMessages(messages), parameters: {} };
  const body = openAIDialect.chatBody(request, { isStream: true, quirks: new Set() });
  return JSON.parse(JSON.stringify(body.messages)) as WireMessage[];
}

test('any conversation is valid for any target, keeps its texts, and is left as it was', () => {
  fc.assert(
    fc.property(conversation, target, (messages, whom) => {
      const before = JSON.stringify(messages);
      const translated = translateHistory(messages, whom);
      expect(JSON.stringify(messages)).toBe(before);
      const wire = onTheWire(translated);
      expect(faultsOnWire(wire, whom.modelId.startsWith('mistral') ? NINE_ID : COMMON_ID)).toEqual([]);
      const written = JSON.stringify(wire);
      expect(written).not.toContain(SEAL);
      for (const text of lasting(messages)) expect(written).toContain(text);
      const spoken = messages.filter((message) => message.getType() !== 'tool').map(({ content }) => content);
      expect(countPictures(wire)).toBeGreaterThanOrEqual(countPictures(spoken));
    }),
    { numRuns: 400 },
  );
});

test('a translation is not translated again, and is the same each time', () => {
  fc.assert(
    fc.property(conversation, target, (messages, whom) => {
      const once = translateHistory(messages, whom);
      expect(translateHistory(once, whom)).toBe(once);
      expect(onTheWire(translateHistory(messages, whom))).toEqual(onTheWire(once));
    }),
    { numRuns: 200 },
  );
});

test('the first result of each call is kept', () => {
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 4 }), target, (words, whom) => {
      const calls = words.map((text, index) => ({ id: `call_${index}`, name: 'f', args: { text } }));
      const results = words.flatMap((text, index) => [
        new ToolMessage({ content: text, tool_call_id: `call_${index}` }),
        new ToolMessage({ content: 'repeated', tool_call_id: `call_${index}` }),
      ]);
      const wire = onTheWire(translateHistory([new AIMessage({ content: '', tool_calls: calls }), ...results], whom));
      expect(wire.slice(1).map(({ content }) => content)).toEqual(words);
    }),
    { numRuns: 50 },
  );
});
