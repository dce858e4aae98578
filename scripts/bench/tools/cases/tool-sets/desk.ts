import type { OfferedTool } from '../tool-case.ts';
import { choice, object, text } from './schema.ts';

export const DESK: readonly OfferedTool[] = [
  {
    name: 'get_weather',
    description: 'Gets the weather of a city, today or tomorrow.',
    parameters: object(
      {
        city: text('Name of the city'),
        day: choice(['today', 'tomorrow'], 'Today when left out'),
        unit: choice(['celsius', 'fahrenheit']),
      },
      ['city'],
    ),
    result: 'Cloudy, 12 degrees Celsius, light wind.',
  },
  {
    name: 'calculate',
    description: 'Calculates the value of an arithmetic expression.',
    parameters: object({ expression: text('For example (3 + 4) * 2') }, ['expression']),
    result: '32',
  },
  {
    name: 'search_documents',
    description: "Searches the user's own documents and notes.",
    parameters: object(
      {
        query: text('What to look for'),
        filter: object(
          {
            kind: choice(['pdf', 'note', 'mail', 'spreadsheet']),
            year: { type: 'integer', description: 'Year in which the document was written' },
          },
          [],
        ),
      },
      ['query'],
    ),
    result: 'One document found: summary.pdf.',
  },
  {
    name: 'create_reminder',
    description: 'Creates a reminder for the user.',
    parameters: object(
      {
        text: text('What to remind of'),
        when: text("The time in the user's own words, for example: tomorrow at 7"),
        repeat: object(
          {
            every: choice(['day', 'week', 'month', 'year']),
            times: { type: 'integer', description: 'How many times in all; for ever when left out' },
          },
          ['every'],
        ),
      },
      ['text', 'when'],
    ),
    result: 'The reminder is set.',
  },
  {
    name: 'send_email',
    description: 'Sends an e-mail in the name of the user.',
    parameters: object(
      { to: text('E-mail address of the recipient'), subject: text('Subject line'), body: text('Text of the mail') },
      ['to', 'subject', 'body'],
    ),
    result: 'The e-mail is sent.',
  },
];
