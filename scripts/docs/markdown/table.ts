/** A table of Markdown; cells may hold code marks, bars in them are escaped. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

/** A value as code; nothing for what is absent. */
export function code(value: unknown): string {
  if (value === undefined) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** The line at the top of every generated page. */
export const GENERATED_NOTICE = '<!-- Made by `pnpm run docs` from the code: change the code, not this page. -->';
