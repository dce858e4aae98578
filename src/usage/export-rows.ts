import type { LedgerRow } from '../contracts/usage/ledger.ts';

type Cell = string | number | boolean | undefined;

/** Columns of the CSV in their order. */
const COLUMNS: readonly (readonly [name: string, read: (row: LedgerRow) => Cell])[] = [
  ['id', ({ id }) => id],
  ['startedAt', ({ startedAt }) => new Date(startedAt).toISOString()],
  ['attemptId', ({ attemptId }) => attemptId],
  ['decisionId', ({ decisionId }) => decisionId],
  ['principalId', ({ principalId }) => principalId],
  ['model', ({ ref }) => ref],
  ['targetId', ({ targetId }) => targetId],
  ['locality', ({ locality }) => locality],
  ['task', ({ task }) => task],
  ['purpose', ({ purpose }) => purpose],
  ['project', ({ project }) => project],
  ['conversationId', ({ conversationId }) => conversationId],
  ['privacy', ({ privacy }) => privacy],
  ['outcome', ({ outcome }) => outcome],
  ['errorCode', ({ errorCode }) => errorCode],
  ['inputTokens', ({ usage }) => usage?.inputTokens],
  ['cachedInputTokens', ({ usage }) => usage?.cachedInputTokens],
  ['cacheWriteTokens', ({ usage }) => usage?.cacheWriteTokens],
  ['outputTokens', ({ usage }) => usage?.outputTokens],
  ['isEstimated', ({ usage }) => usage?.isEstimated],
  ['costUsd', ({ costUsd }) => costUsd],
  ['costOrigin', ({ costOrigin }) => costOrigin],
  ['pricesAsOf', ({ pricesAsOf }) => pricesAsOf],
  ['costUpperBoundUsd', ({ costUpperBoundUsd }) => costUpperBoundUsd],
  ['firstTokenMs', ({ firstTokenMs }) => firstTokenMs],
  ['totalMs', ({ totalMs }) => totalMs],
  ['promptForm', ({ keptPrompt }) => keptPrompt?.form],
  ['prompt', ({ keptPrompt }) => keptPrompt?.value],
  ['answerForm', ({ keptAnswer }) => keptAnswer?.form],
  ['answer', ({ keptAnswer }) => keptAnswer?.value],
];

/** Characters by which a spreadsheet takes a cell for a formula, https://owasp.org/www-community/attacks/CSV_Injection. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const NEEDS_QUOTES = /[",\r\n]/;

/** Without an exponent, which not every reader of CSV knows; money is exact to a billionth. */
function toDecimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(9).replace(/\.?0+$/, '') : text;
}

function toCell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return typeof value === 'number' ? toDecimal(value) : String(value);
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function toLine(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}

/**
 * Rows as CSV (RFC 4180), one line at a time, the head first; times in UTC. A text that a spreadsheet would take for a
 * formula gets a leading apostrophe.
 */
export function* toCsv(rows: Iterable<LedgerRow>): Iterable<string> {
  yield toLine(COLUMNS.map(([name]) => name));
  for (const row of rows) yield toLine(COLUMNS.map(([, read]) => toCell(read(row))));
}

/** Rows as JSON Lines, one object a line. */
export function* toJsonLines(rows: Iterable<LedgerRow>): Iterable<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
}
