import type { OfferedTool } from '../tool-case.ts';
import { object, text } from './schema.ts';

const DATE = text('Day as YYYY-MM-DD');

export const FILES: readonly OfferedTool[] = [
  {
    name: 'list_files',
    description: "Lists the files in one of the user's folders.",
    parameters: object({ folder: text('Name of the folder') }, ['folder']),
    result: 'a.txt, b.txt',
  },
  {
    name: 'read_file',
    description: "Reads the text of one of the user's files.",
    parameters: object({ path: text('Name or path of the file') }, ['path']),
    result: 'Buy milk and bread.',
  },
  {
    name: 'move_file',
    description: 'Moves a file into another folder.',
    parameters: object({ path: text('Name or path of the file'), to: text('Folder it goes to') }, ['path', 'to']),
    result: 'The file is moved.',
  },
  {
    name: 'list_events',
    description: "Lists the appointments of a day in the user's calendar.",
    parameters: object({ date: DATE }, ['date']),
    result: '10:00 dentist, 15:00 call with the bank.',
  },
  {
    name: 'create_event',
    description: "Creates an appointment in the user's calendar.",
    parameters: object(
      {
        title: text('Title'),
        date: DATE,
        start: text('Start as HH:MM'),
        end: text('End as HH:MM'),
        attendees: {
          type: 'array',
          items: object({ email: text('E-mail address'), is_optional: { type: 'boolean' } }, ['email']),
        },
        place: object({ building: text('Name of the building'), room: text('Number or name of the room') }, ['room']),
      },
      ['title', 'date', 'start', 'end'],
    ),
    result: 'The appointment is in the calendar.',
  },
  {
    name: 'find_contact',
    description: "Finds a person in the user's contacts, with telephone number and e-mail address.",
    parameters: object({ name: text('Name of the person') }, ['name']),
    result: 'Telephone 555 0114, e-mail contact@example.com.',
  },
];
