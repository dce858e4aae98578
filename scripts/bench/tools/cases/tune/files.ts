import { containing, date, list, record, text, time } from '../matchers.ts';
import type { ToolCase } from '../tool-case.ts';

const set = 'files';

export const FILES_CASES: readonly ToolCase[] = [
  {
    id: 'files-tool-1',
    set,
    category: 'right tool',
    question: 'Which files are in the folder Invoices?',
    wanted: [{ tool: 'list_files', arguments: { folder: containing('invoices') } }],
  },
  {
    id: 'files-tool-2',
    set,
    category: 'right tool',
    question: 'What appointments do I have on 12 June 2026?',
    wanted: [{ tool: 'list_events', arguments: { date: date(2026, 6, 12) } }],
  },
  {
    id: 'files-arguments-1',
    set,
    category: 'right arguments',
    question: 'Move the file report.docx to the folder Archive.',
    wanted: [{ tool: 'move_file', arguments: { path: containing('report.docx'), to: containing('archive') } }],
  },
  {
    id: 'files-none-1',
    set,
    category: 'no tool needed',
    question: 'What is the difference between a file and a folder?',
    wanted: [],
  },
  {
    id: 'files-none-2',
    set,
    category: 'no tool needed',
    question: 'Write a Python function that reverses a string.',
    wanted: [],
  },
  {
    id: 'files-none-3',
    set,
    category: 'no tool needed',
    question: '¿Cuántos planetas tiene el sistema solar?',
    wanted: [],
  },
  {
    id: 'files-two-1',
    set,
    category: 'two tools',
    question: 'Read me the file notes.txt, and list my appointments on 3 July 2026.',
    wanted: [
      { tool: 'read_file', arguments: { path: containing('notes.txt') } },
      { tool: 'list_events', arguments: { date: date(2026, 7, 3) } },
    ],
  },
  {
    id: 'files-nested-1',
    set,
    category: 'nested schema',
    question:
      'Create an appointment "Budget review" on 20 May 2026 from 14:00 to 15:30 and invite anna@example.com and ben@example.com.',
    wanted: [
      {
        tool: 'create_event',
        arguments: {
          title: text('Budget review'),
          date: date(2026, 5, 20),
          start: time(14, 0),
          end: time(15, 30),
          attendees: list(record({ email: text('anna@example.com') }), record({ email: text('ben@example.com') })),
        },
      },
    ],
  },
  {
    id: 'files-follow-1',
    set,
    category: 'follow-up',
    earlier: [
      { user: 'Which files are in the folder Photos?' },
      { tool: 'list_files', arguments: { folder: 'Photos' }, result: 'rome.jpg, oslo.jpg' },
      { assistant: 'There are two files in Photos: rome.jpg and oslo.jpg.' },
    ],
    question: 'Move the second one to the folder Norway.',
    wanted: [{ tool: 'move_file', arguments: { path: containing('oslo.jpg'), to: containing('norway') } }],
  },
  {
    id: 'files-follow-2',
    set,
    category: 'follow-up',
    earlier: [
      { user: 'What appointments do I have on 9 March 2026?' },
      { tool: 'list_events', arguments: { date: '2026-03-09' }, result: '10:00 dentist, 16:00 team meeting' },
      { assistant: 'You have the dentist at 10:00 and a team meeting at 16:00.' },
    ],
    question: 'Which of these two comes first?',
    wanted: [],
  },
  {
    id: 'files-language-1',
    set,
    category: 'not English',
    question: 'Welche Termine habe ich am 5. Oktober 2026?',
    wanted: [{ tool: 'list_events', arguments: { date: date(2026, 10, 5) } }],
  },
  {
    id: 'files-language-2',
    set,
    category: 'not English',
    question: "Lis-moi le fichier recette.txt, s'il te plaît.",
    wanted: [{ tool: 'read_file', arguments: { path: containing('recette.txt') } }],
  },
];
