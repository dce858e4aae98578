import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import Papa from 'papaparse';
import type { LedgerRow } from '../../src/contracts/usage/ledger.ts';
import { toCsv, toJsonLines } from '../../src/usage/export-rows.ts';
import { answered, paidAttempt } from './ledger-samples.ts';

function rowOf(change: Partial<LedgerRow> = {}): LedgerRow {
  const { prompt: _prompt, ...attempt } = paidAttempt();
  const { answer: _answer, ...outcome } = answered();
  return { ...attempt, ...outcome, id: '1', startedAt: Date.UTC(2026, 10, 28, 12), ...change };
}

function parse(rows: readonly LedgerRow[]): readonly Record<string, string>[] {
  const { data, errors } = Papa.parse<Record<string, string>>([...toCsv(rows)].join(''), {
    header: true,
    newline: '\r\n',
    skipEmptyLines: true,
  });
  expect(errors).toEqual([]);
  return data;
}

function safe(name: string): string {
  return /^[=+\-@\t\r]/.test(name) && !/^[+-]?\d+(\.\d+)?$/.test(name) ? `'${name}` : name;
}

describe('rows of the ledger for other programs', () => {
  test('are CSV with a head, times in UTC and empty cells for what is unknown', () => {
    const [cells] = parse([rowOf({ project: 'handbook' })]);
    expect(cells).toMatchObject({
      startedAt: '2026-11-28T12:00:00.000Z',
      model: 'openai:gpt-x',
      project: 'handbook',
      purpose: '',
      inputTokens: '100',
      costUsd: '0.04',
      costUpperBoundUsd: '0.1',
    });
  });

  test('write no exponent for a small amount', () => {
    expect(parse([rowOf({ costUsd: 0.00000012 })])[0]?.['costUsd']).toBe('0.00000012');
  });

  test.each(['=1+1', '+cmd', '-x', '@sum', '\tx', '\rx'])('take the formula %j for a text', (text) => {
    expect(parse([rowOf({ project: text })])[0]?.['project']).toBe(`'${text}`);
  });

  test('leave a name that is a number as it is', () => {
    expect(parse([rowOf({ project: '-17.5' })])[0]?.['project']).toBe('-17.5');
  });

  test('come back from CSV whatever is in a name', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }), (names) => {
        const read = parse(names.map((project) => rowOf({ project }))).map(({ project }) => project);
        expect(read).toEqual(names.map(safe));
      }),
      { numRuns: 40 },
    );
  });

  test('come back from JSON Lines as they were', () => {
    const rows = [rowOf({ project: 'two\nlines' }), rowOf({ id: '2' })];
    const text = [...toJsonLines(rows)].join('');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(rows);
  });
});
