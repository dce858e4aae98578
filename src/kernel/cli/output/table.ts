import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';
import type { RenderContext } from '../../../contracts/commands/action.ts';
import { style } from './color.ts';

/** One column of a table. */
interface TableColumn<Row> {
  readonly title: string;
  value(row: Row): string;
  readonly align?: 'left' | 'right';
  /** Narrowed only when the other columns cannot be narrowed further: for names that must stay in one piece. */
  readonly isWhole?: boolean;
}

const GAP = 2;
const NARROWEST = 6;

type TableClass = new (options: Readonly<Record<string, unknown>>) => string[][];

/** Drawing a table is the only use of the package, so it is loaded with the first table. */
const tableClass = (): TableClass => createRequire(import.meta.url)('cli-table3') as TableClass;

function widthOf(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => line.length),
  );
}

/** Breaks at spaces, and inside a word only when it is wider than the column; a cell that must break loses its colours. */
export function wrapText(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const lines: string[] = [];
  for (const paragraph of stripVTControlCharacters(text).split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      let rest = word;
      if (line !== '' && line.length + 1 + rest.length > width) {
        lines.push(line);
        line = '';
      }
      for (; rest.length > width; rest = rest.slice(width)) lines.push(rest.slice(0, width));
      line = line === '' ? rest : `${line} ${rest}`;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

/** Takes from the widest columns until all fit; whole ones come last. */
function fit(natural: readonly number[], width: number, whole: readonly boolean[]): number[] {
  const widths = [...natural];
  const available = Math.max(widths.length * NARROWEST, width - GAP * (widths.length - 1));
  let excess = widths.reduce((sum, one) => sum + one, 0) - available;
  while (excess > 0) {
    const loose = widths.map((one, position) => (whole[position] === true || one <= NARROWEST ? 0 : one));
    const pool = Math.max(...loose) > 0 ? loose : widths;
    const widest = pool.indexOf(Math.max(...pool));
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
  ),
);

/** Rows of one line each: the package measures the whole of a cell, character by character, for each of its lines. */
function linesOf(row: readonly string[]): string[][] {
  const cells = row.map((cell) => (cell.includes('\n') ? stripVTControlCharacters(cell).split('\n') : [cell]));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => cells.map((lines) => lines[at] ?? ''));
}

/** Draws rows below their titles within the context's width; long cells wrap, and no rows give an empty text. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  context: Pick<RenderContext, 'width' | 'hasColor'>,
): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const natural = columns.map((column, position) =>
    Math.max(widthOf(column.title), ...cells.map((row) => widthOf(row[position] ?? ''))),
  );
  const widths = fit(
    natural,
    context.width,
    columns.map(({ isWhole }) => isWhole === true),
  );
  const wrapped = cells.map((row) => row.map((cell, position) => wrapText(cell, widths[position] ?? NARROWEST)));
  const drawn = new (tableClass())({
    chars: { ...NO_LINES, middle: ' '.repeat(GAP) },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: widths,
    colAligns: columns.map((column) => column.align ?? 'left'),
  });
  drawn.push(columns.map((column) => style(column.title, 'bold', context.hasColor)));
  drawn.push(...wrapped.flatMap(linesOf));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
