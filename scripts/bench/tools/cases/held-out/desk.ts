import { arithmetic, containing, exactly, nothing, number, record, text } from '../matchers.ts';
import type { ToolCase } from '../tool-case.ts';

const set = 'desk';

export const HELD_OUT_DESK_CASES: readonly ToolCase[] = [
  {
    id: 'desk-tool-3',
    set,
    category: 'right tool',
    question: "Don't let me forget to pick up the cake on Friday at noon.",
    wanted: [
      {
        tool: 'create_reminder',
        arguments: { text: containing('cake'), when: containing('friday', ['noon', '12']), repeat: nothing() },
      },
    ],
  },
  {
    id: 'desk-arguments-2',
    set,
    category: 'right arguments',
    question: 'Calculate (245 + 378) * 12 - 56.',
    wanted: [{ tool: 'calculate', arguments: { expression: arithmetic(7420) } }],
  },
  {
    id: 'desk-none-4',
    set,
    category: 'no tool needed',
    question: 'Make this sentence more polite: "Answer my e-mail now!"',
    wanted: [],
  },
  {
    id: 'desk-two-2',
    set,
    category: 'two tools',
    question:
      'Remind me on Tuesday at 9 to call the bank. And send an e-mail to julia@example.com with the subject "Delay" and the text "I will be ten minutes late."',
    wanted: [
      {
        tool: 'create_reminder',
        arguments: { text: containing('bank'), when: containing('tuesday', '9'), repeat: nothing() },
      },
      {
        tool: 'send_email',
        arguments: {
          to: text('julia@example.com'),
          subject: text('Delay'),
          body: containing('I will be ten minutes late'),
        },
      },
    ],
  },
  {
    id: 'desk-nested-2',
    set,
    category: 'nested schema',
    question: 'Search my documents for the tax return, but only PDF files from the year 2022.',
    wanted: [
      {
        tool: 'search_documents',
        arguments: { query: containing('tax'), filter: record({ kind: exactly('pdf'), year: number(2022) }) },
      },
    ],
  },
  {
    id: 'desk-language-3',
    set,
    category: 'not English',
    question: "Yarın Ankara'da hava nasıl olacak?",
    wanted: [{ tool: 'get_weather', arguments: { city: text('Ankara'), day: exactly('tomorrow') } }],
  },
];
