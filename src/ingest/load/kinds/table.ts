import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';

/** Rows of a table, each a line that names its columns: a passage can then be read without the header. */
export async function loadTable(input: LoaderInput): Promise<readonly LoadedPart[]> {
  const { default: papa } = await import('papaparse');
  const text = input.text();
  const delimiter = /\.(?:tsv|tab)$/i.test(input.path) ? '\t' : '';
  const rows: { readonly cells: readonly string[]; readonly line: number }[] = [];
  let counted = 0;
  let line = 1;
  papa.parse<string[]>(text, {
    delimiter,
    step: ({ data, meta }) => {
      if (data.some((cell) => cell.trim() !== '')) rows.push({ cells: data, line });
      for (; counted < meta.cursor; counted += 1) if (text.charCodeAt(counted) === 10) line += 1;
    },
  });
  const [head, ...rest] = rows;
  if (head === undefined) return [];
  const names = headerOf(head.cells, rest[0]?.cells);
  if (names !== undefined && rest.length === 0) return [{ text: head.cells.join(', '), headings: [], line: 1 }];
  const body = names === undefined ? rows : rest;
  return body.map(({ cells, line: at }) => ({ text: describeRow(cells, names), headings: [], line: at }));
}

/** The first row, when it reads as names: all different, none empty, none a number. */
function headerOf(first: readonly string[], second: readonly string[] | undefined): readonly string[] | undefined {
  const names = first.map((cell) => cell.replace(/\s+/g, ' ').trim());
  const isNamed = names.every((name) => name !== '' && Number.isNaN(Number(name.replace(',', '.'))));
  if (!isNamed || new Set(names).size !== names.length) return undefined;
  return names.length > 1 || second !== undefined ? names : undefined;
}

function describeRow(cells: readonly string[], names: readonly string[] | undefined): string {
  return cells
    .map((cell, at) => ({ name: names?.[at], value: cell.replace(/\s*\n\s*/g, ' ').trim() }))
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => (name === undefined ? value : `${name}: ${value}`))
    .join('; ');
}
