import { arithmetic, containing, either, exactly, nothing, optional, record, text } from '../matchers.ts';
import type { ToolCase } from '../tool-case.ts';

const set = 'desk';

export const DESK_CASES: readonly ToolCase[] = [
  {
    id: 'desk-tool-1',
    set,
    category: 'right tool',
    question: 'Do I need an umbrella in Hamburg today?',
    wanted: [{ tool: 'get_weather', arguments: { city: text('Hamburg'), day: optional(exactly('today')) } }],
  },
  {
    id: 'desk-tool-2',
    set,
    category: 'right tool',
    question: 'Look in my documents: where did I write down the password of the router?',
    wanted: [
      {
        tool: 'search_documents',
        arguments: {
          query: containing(['password', 'router']),
          filter: either(nothing(), record({ kind: exactly('note'), year: nothing() })),
        },
      },
    ],
  },
  {
    id: 'desk-arguments-1',
    set,
    category: 'right arguments',
    question:
      'Send an e-mail to tom.berger@example.org with the subject "Invoice 117" and the text "The invoice is paid."',
    wanted: [
      {
        tool: 'send_email',
        arguments: {
          to: text('tom.berger@example.org'),
          subject: text('Invoice 117'),
          body: containing('The invoice is paid'),
        },
      },
    ],
  },
  { id: 'desk-none-1', set, category: 'no tool needed', question: 'Hi there, nice to meet you!', wanted: [] },
  {
    id: 'desk-none-2',
    set,
    category: 'no tool needed',
    question: 'Wer hat die Relativitätstheorie entwickelt?',
    wanted: [],
  },
  {
    id: 'desk-none-3',
    set,
    category: 'no tool needed',
    question: 'What is the difference between weather and climate?',
    wanted: [],
  },
  {
    id: 'desk-two-1',
    set,
    category: 'two tools',
    question: 'What is the weather in Oslo today? And please calculate 384 / 12.',
    wanted: [
      { tool: 'get_weather', arguments: { city: text('Oslo'), day: optional(exactly('today')) } },
      { tool: 'calculate', arguments: { expression: arithmetic(32) } },
    ],
  },
  {
    id: 'desk-nested-1',
    set,
    category: 'nested schema',
    question: 'Remind me every day at 8 in the morning to take my vitamins.',
    wanted: [
      {
        tool: 'create_reminder',
        arguments: {
          text: containing('vitamin'),
          when: containing(['8', 'eight']),
          repeat: record({ every: exactly('day') }),
        },
      },
    ],
  },
  {
    id: 'desk-follow-1',
    set,
    category: 'follow-up',
    earlier: [
      { user: 'How is the weather in Rome?' },
      { tool: 'get_weather', arguments: { city: 'Rome' }, result: 'Sunny, 24 degrees Celsius.' },
      { assistant: 'It is sunny in Rome, with 24 degrees Celsius.' },
    ],
    question: 'And what is it like in Naples?',
    wanted: [{ tool: 'get_weather', arguments: { city: text('Naples', 'Napoli'), day: optional(exactly('today')) } }],
  },
  {
    id: 'desk-follow-2',
    set,
    category: 'follow-up',
    earlier: [
      { user: 'Search my documents for the lease.' },
      {
        tool: 'search_documents',
        arguments: { query: 'lease' },
        result: 'lease.pdf: The rent is 850 euros a month, due on the third day of each month.',
      },
      { assistant: 'I found lease.pdf. The rent is 850 euros a month, due on the third day of each month.' },
    ],
    question: 'So on which day of the month do I have to pay, as you just told me?',
    wanted: [],
  },
  {
    id: 'desk-language-1',
    set,
    category: 'not English',
    question: 'Quel temps fera-t-il demain à Lyon ?',
    wanted: [{ tool: 'get_weather', arguments: { city: text('Lyon', 'Lyons'), day: exactly('tomorrow') } }],
  },
  {
    id: 'desk-language-2',
    set,
    category: 'not English',
    question: 'Recuérdame el lunes a las 10 llamar al dentista.',
    wanted: [
      {
        tool: 'create_reminder',
        arguments: {
          text: containing(['dentist', 'dentista']),
          when: containing(['lunes', 'monday'], '10'),
          repeat: nothing(),
        },
      },
    ],
  },
];
