import { describe, expect, test } from '@jest/globals';
import { AIMessage, FunctionMessage, HumanMessage } from '@langchain/core/messages';
import type { ToolMessage } from '@langchain/core/messages';
import { translateHistory } from '../../../../src/routing/chat/history/translate-history.ts';
import { CONVERSATIONS, PIXEL, PIXEL_URL } from './conversations.ts';
import { call, CLOUD, LOCAL, MISTRAL, result, shown, type Content } from './messages.ts';
import { NINE_ID } from './wire-rules.ts';

describe('calls and results', () => {
  test('stay where their ids are taken by the target', () => {
    const messages = [call('call_1'), result('call_1')];
    expect(shown(translateHistory(messages, CLOUD))).toEqual(shown(messages));
    const [renamed, answered] = translateHistory(messages, MISTRAL) as [AIMessage, ToolMessage];
    expect(renamed.tool_calls![0]!.id).toMatch(NINE_ID);
    expect(answered.tool_call_id).toBe(renamed.tool_calls![0]!.id);
  });

  test('keep their ids as the conversation grows', () => {
    const long = Object.values(CONVERSATIONS).flatMap((make) => make());
    for (const target of [LOCAL, CLOUD, MISTRAL]) {
      const whole = shown(translateHistory(long, target).filter(({ type }) => type !== 'system'));
      for (const length of [5, 9, 14, 20]) {
        const cut = translateHistory(long.slice(0, length), target).filter(({ type }) => type !== 'system');
        // The results of a last turn may be missing yet.
        const settled = shown(cut).slice(0, -2);
        expect(whole.slice(0, settled.length)).toEqual(settled);
      }
    }
  });

  test('that share an id are told apart, in order', () => {
    const twins = new AIMessage({
      content: '',
      tool_calls: ['a', 'b'].map((name) => ({ id: '0', name, args: {} })),
    });
    const [answer, first, second] = translateHistory(
      [twins, result('0', 'of b', 'b'), result('0', 'of a', 'a')],
      LOCAL,
    );
    const [idOfA, idOfB] = (answer as AIMessage).tool_calls!.map(({ id }) => id);
    expect(idOfA).not.toBe(idOfB);
    expect(shown([first!, second!])).toEqual([
      ['tool', idOfB, 'of b'],
      ['tool', idOfA, 'of a'],
    ]);
  });

  test('without an id get one, and the next result without an id is theirs', () => {
    const [answer, told] = translateHistory([call(undefined), result('', 'r')], CLOUD) as [AIMessage, ToolMessage];
    expect(answer.tool_calls![0]!.id).toMatch(NINE_ID);
    expect(told.tool_call_id).toBe(answer.tool_calls![0]!.id);
  });

  test('a call that was cut off is answered with words that say so', () => {
    const messages = [call('a'), new HumanMessage('never mind'), call('b')];
    expect(shown(translateHistory(messages, CLOUD))).toEqual([
      ['ai', '', ['a']],
      ['tool', 'a', expect.stringMatching(/^No result/)],
      ['human', 'never mind'],
      ['ai', '', ['b']],
      ['tool', 'b', expect.stringMatching(/^No result/)],
    ]);
  });

  test('of several results the first counts, and one without a call is words of the user', () => {
    const messages = [
      result('gone', 'lost text', 'f'),
      call('a'),
      result('a', 'first'),
      result('a', 'second'),
      result('other', 'stray'),
      new FunctionMessage({ name: 'old', content: 'of old' }),
      new AIMessage('done'),
    ];
    expect(shown(translateHistory(messages, CLOUD))).toEqual([
      ['human', 'Result of the tool f:\nlost text'],
      ['ai', '', ['a']],
      ['tool', 'a', 'first'],
      ['human', 'Result of the tool that was called:\nstray'],
      ['human', 'Result of the tool old:\nof old'],
      ['ai', 'done'],
    ]);
  });

  test('a picture in a result follows it from the side of the user', () => {
    const content = [
      { type: 'text', text: 'the chart' },
      { type: 'image', mimeType: 'image/png', data: PIXEL },
    ] as Content;
    const messages = [call('a'), result('a', content, 'plot'), call('b'), result('b', content.slice(1))];
    expect(shown(translateHistory(messages, LOCAL))).toEqual([
      ['ai', '', ['a']],
      ['tool', 'a', [{ type: 'text', text: 'the chart' }]],
      [
        'human',
        [
          { type: 'text', text: 'The result of the tool plot shows:' },
          { type: 'image_url', image_url: { url: PIXEL_URL } },
        ],
      ],
      ['ai', '', ['b']],
      ['tool', 'b', expect.stringMatching(/picture/)],
      ['human', [expect.anything(), { type: 'image_url', image_url: { url: PIXEL_URL } }]],
    ]);
  });
});
