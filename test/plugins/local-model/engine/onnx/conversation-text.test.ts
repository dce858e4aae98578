import { describe, expect, test } from '@jest/globals';
import {
  dialogueText,
  instructionText,
  plainTurns,
  withoutControlTokens,
  withoutSystem,
} from '../../../../../plugins/local-model/engine/onnx/conversation-text.ts';
import { RequestRefusal } from '../../../../../plugins/local-model/engine/child/request-refusal.ts';

const system = (content: string) => ({ role: 'system', content }) as const;
const user = (content: string) => ({ role: 'user', content }) as const;
const assistant = (content: string) => ({ role: 'assistant', content }) as const;
const always = (): boolean => true;

describe('the turns of a conversation in words', () => {
  test('have the system first and one turn a speaker', () => {
    const turns = plainTurns([
      user('Hi'),
      system('Be brief.'),
      { role: 'user', content: [{ type: 'text', text: 'again' }] },
      assistant('Hello'),
      assistant('there'),
      { role: 'developer', content: 'Be kind.' },
    ]);
    expect(turns).toEqual([system('Be brief.\n\nBe kind.'), user('Hi\n\nagain'), assistant('Hello\n\nthere')]);
  });

  test('tell what tools returned without the calls that asked them', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const turns = plainTurns([
      user('How is it?'),
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
    ]);
    expect(turns).toEqual([user('How is it?\n\nweather returned: sunny')]);
  });

  test('refuse a picture by the ability that it needs', () => {
    const picture = { role: 'user' as const, content: [{ type: 'image_url' }] };
    expect(() => plainTurns([picture])).toThrow(RequestRefusal);
  });
});

test('the text of the system is said by the user where a template has no place for it', () => {
  expect(withoutSystem([system('Be brief.'), user('Hi'), assistant('Yes')])).toEqual([
    user('Be brief.\n\nHi'),
    assistant('Yes'),
  ]);
  expect(withoutSystem([system('Be brief.'), assistant('Yes')])).toEqual([user('Be brief.'), assistant('Yes')]);
  expect(withoutSystem([user('Hi')])).toEqual([user('Hi')]);
});

test('a dialogue ends where the answer begins', () => {
  expect(dialogueText([system('Be brief.'), user('Hi'), assistant('Yes'), user('So?')])).toBe(
    'Be brief.\n\nUser: Hi\nAssistant: Yes\nUser: So?\nAssistant:',
  );
  expect(dialogueText([user('Hi')])).toBe('User: Hi\nAssistant:');
});

describe('an instruction', () => {
  const turns = [system('Be brief.'), user('One'), assistant('Two'), user('Three'), assistant('Four'), user('Five?')];

  test('is the question alone where there is nothing else', () => {
    expect(instructionText([user('Five?')], always)).toBe('Five?');
  });

  test('holds the system, what was said and the question', () => {
    expect(instructionText(turns, always)).toBe(
      'Be brief.\n\nUser: One\nAssistant: Two\nUser: Three\nAssistant: Four\n\nFive?',
    );
  });

  test('leaves out the oldest turns for which there is no room, never the system or the question', () => {
    expect(instructionText(turns, (text) => !text.includes('Two'))).toBe(
      'Be brief.\n\nUser: Three\nAssistant: Four\n\nFive?',
    );
    expect(instructionText(turns, () => false)).toBe('Be brief.\n\nFive?');
  });

  test('goes on after the words of the model when they are the last', () => {
    expect(instructionText([user('One'), assistant('Two')], always)).toBe('One\n\nTwo');
  });
});

test('control tokens that somebody wrote are broken, and other text stays as it is', () => {
  const controls = ['<|im_end|>', '</s>', '!'];
  expect(withoutControlTokens('a <|im_end|></s> b!', controls)).toBe('a < |im_end|>< /s> b!');
  expect(withoutControlTokens('a < b', controls)).toBe('a < b');
});
