import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { textsOf, withTexts } from '../../../src/routing/chat/content/message-texts.ts';
import { boundOfPrompt } from '../../../src/routing/chat/content/prompt-bound.ts';
import { estimatePromptTokens } from '../../../src/routing/chat/estimate-tokens.ts';

const PICTURE = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const args = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
const message: fc.Arbitrary<BaseMessage> = fc.oneof(
  text.map((content) => new HumanMessage(content)),
  text.map((content) => new SystemMessage(content)),
  fc.tuple(text, args).map(([content, given]) => {
    return new AIMessage({ content, tool_calls: [{ name: 'f', args: given, id: 'call_1' }] });
  }),
  text.map((said) => new ToolMessage({ content: [{ type: 'text', text: said }], tool_call_id: 'call_1' })),
  text.map((said) => new HumanMessage({ content: [{ type: 'text', text: said }, PICTURE] })),
);
const ids = (each: BaseMessage): unknown => (each as ToolMessage).tool_call_id;
const conversation = fc.array(message, { maxLength: 6 });

describe('the texts of a conversation', () => {
  test('put back in their places make the same conversation', () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        withTexts(messages, textsOf(messages)).forEach((each, index) => expect(each).toBe(messages[index]));
      }),
    );
  });

  test('are all replaced, and nothing else is', () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const replaced = withTexts(
          messages,
          textsOf(messages).map((each) => `<${each}>`),
        );
        expect(textsOf(replaced)).toEqual(textsOf(messages).map((each) => `<${each}>`));
        expect(replaced.map((each) => each.getType())).toEqual(messages.map((each) => each.getType()));
        expect(replaced.map(ids)).toEqual(messages.map(ids));
      }),
    );
  });

  test('are not the letters of a picture', () => {
    expect(textsOf([new HumanMessage({ content: [{ type: 'text', text: 'look' }, PICTURE] })])).toEqual(['look']);
  });
});

describe('the bound of a prompt', () => {
  test('is never below our estimate, which errs high itself', () => {
    fc.assert(
      fc.property(
        conversation,
        fc.array(fc.record({ name: text, description: text }), { maxLength: 3 }),
        (messages, tools) => {
          expect(boundOfPrompt(messages, { tools })).toBeGreaterThanOrEqual(estimatePromptTokens(messages, tools));
        },
      ),
    );
  });

  test('holds every byte of what is sent', () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const bytes = textsOf(messages).reduce((sum, each) => sum + Buffer.byteLength(each), 0);
        expect(boundOfPrompt(messages, {})).toBeGreaterThanOrEqual(bytes);
      }),
    );
  });
});
