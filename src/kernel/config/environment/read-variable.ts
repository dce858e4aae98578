import type { VariableForm } from './environment-name.ts';

const TRUE = new Set(['true', '1', 'yes', 'on']);
const FALSE = new Set(['false', '0', 'no', 'off']);

/** The value of a variable; a text that does not have the form is kept as text, which the schema then refuses. */
export function readVariable(text: string, form: VariableForm): unknown {
  if (form === 'boolean') return readBoolean(text) ?? text;
  if (form === 'number') return /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
  if (form === 'list') {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  return text;
}

/** True for `true`, `1`, `yes`, `on`; false for their opposites; undefined for anything else. */
function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}
