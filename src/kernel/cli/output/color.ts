/** Decides on colour: `--no-color` or `--color`, then NO_COLOR, FORCE_COLOR, TERM=dumb, then whether it is a terminal. */
export function mayColor(
  stream: { readonly isTTY?: boolean },
  choice: { flag?: boolean; environment: Readonly<Record<string, string | undefined>> },
): boolean {
  const { flag, environment } = choice;
  if (flag !== undefined) return flag;
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const force = environment['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if (environment['TERM'] === 'dumb') return false;
  return stream.isTTY === true;
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Names of the styles that `style` knows. */
export type Style = keyof typeof CODES;

/** The text in a style, or as it is where colour is not wanted. */
export function style(text: string, name: Style, hasColor: boolean): string {
  const [on, off] = CODES[name];
  return hasColor && text !== '' ? `\u001B[${on}m${text}\u001B[${off}m` : text;
}
