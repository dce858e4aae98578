import { describe, expect, test } from '@jest/globals';
import { SupportFinder } from '../../../src/agent/citations/find-support.ts';
import { PassageBook } from '../../../src/agent/citations/passage-book.ts';

const TEXTS = [
  'The berth plan is kept by the harbour office. Visitors report on channel 12 and moor at the north quay.',
  'Deployment: set the release token to WST-4411-KAP and restart the service on port 7777. Retries: 3.',
  'Invoices are paid within 30 days. Questions about invoices go to Moira Campbell.',
  'The database is PostgreSQL; its backups run every night at 02:30 and are kept for fourteen days.',
];

function support(question: string, statement: string): readonly number[] {
  const book = new PassageBook();
  const passages = book.add(TEXTS.map((text, at) => ({ text, source: `page-${at}.md:1` })));
  return new SupportFinder(question).find(statement, passages);
}

describe('the support of a statement', () => {
  test.each([
    ['what is the release token?', 'WST-4411-KAP', [2]],
    ['what is the release token?', 'The release token is wst-4411-kap', [2]],
    ['on which port does the service run?', '7777', [2]],
    ['on which port does the service run?', 'The service runs on port `7777`', [2]],
    ['how many retries are there for the deployment?', '3', [2]],
    ['who answers questions about invoices?', 'Moira Campbell', [3]],
    ['when are backups run?', 'Every night at 02:30', [4]],
    ['how long are backups kept?', 'They are kept for fourteen days', [4]],
    ['where do visitors moor?', 'At the north quay, after they reported on channel 12', [1]],
    ['what should I know?', 'The service is on port 7777 and Moira Campbell answers questions about invoices', [2, 3]],
  ])('to %j is found for %j', (question, statement, wanted) => {
    expect(support(question, statement)).toEqual(wanted);
  });

  test.each([
    ['on which port does the service run?', 'The service runs on port 8080'],
    ['what is the release token?', 'WST-4412-KAP'],
    ['who is the president of France?', 'Emmanuel Macron is the president of France'],
    ['what is the database password?', 'The passages do not mention a password of the PostgreSQL database'],
    ['how many retries are there?', '5'],
    ['what colour is the sea?', 'Blue'],
    ['what colour is the sea?', 'I am glad to help'],
    ['what colour is the sea?', ''],
    ['how many moons has Mars?', '3'],
  ])('to %j is not seen in %j', (question, statement) => {
    expect(support(question, statement)).toEqual([]);
  });
});
