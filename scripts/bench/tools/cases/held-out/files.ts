import { containing, date, list, nothing, record, text, time } from '../matchers.ts';
import type { ToolCase } from '../tool-case.ts';

const set = 'files';

export const HELD_OUT_FILES_CASES: readonly ToolCase[] = [
  {
    id: 'files-tool-3',
    set,
    category: 'right tool',
    question: 'What is the telephone number of Clara Jensen?',
    wanted: [{ tool: 'find_contact', arguments: { name: text('Clara Jensen') } }],
  },
  {
    id: 'files-arguments-2',
    set,
    category: 'right arguments',
    question: 'Create an appointment "Lunch with Sam" on 8 April 2026 from 12:30 to 13:15.',
    wanted: [
      {
        tool: 'create_event',
        arguments: {
          title: containing('lunch'),
          date: date(2026, 4, 8),
          start: time(12, 30),
          end: time(13, 15),
          attendees: nothing(),
        },
      },
    ],
  },
  {
    id: 'files-none-4',
    set,
    category: 'no tool needed',
    question: 'Traduz para inglês: "O gato dorme no sofá."',
    wanted: [],
  },
  {
    id: 'files-two-2',
    set,
    category: 'two tools',
    question:
      'Look up the e-mail address of Peter Lang in my contacts, then create an appointment "Project start" on 2 September 2026 from 9:00 to 10:00 and invite him by that address.',
    wanted: [
      {
        tool: 'find_contact',
        arguments: { name: text('Peter Lang') },
        result: 'Peter Lang, telephone 555 0172, e-mail p.lang@example.com',
      },
      {
        tool: 'create_event',
        arguments: {
          title: text('Project start'),
          date: date(2026, 9, 2),
          start: time(9, 0),
          end: time(10, 0),
          attendees: list(record({ email: text('p.lang@example.com') })),
        },
      },
    ],
  },
  {
    id: 'files-nested-2',
    set,
    category: 'nested schema',
    question:
      'Create an appointment "Workshop" on 11 November 2026 from 9:00 to 12:00 in room 204 of the building North.',
    wanted: [
      {
        tool: 'create_event',
        arguments: {
          title: text('Workshop'),
          date: date(2026, 11, 11),
          start: time(9, 0),
          end: time(12, 0),
          attendees: nothing(),
          place: record({ building: containing('north'), room: containing('204') }),
        },
      },
    ],
  },
  {
    id: 'files-language-3',
    set,
    category: 'not English',
    question: '请列出我2026年8月15日的日程。',
    wanted: [{ tool: 'list_events', arguments: { date: date(2026, 8, 15) } }],
  },
];
