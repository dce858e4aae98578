/** Where a text stops being JSON. */
interface TextPosition {
  readonly line: number;
  readonly column: number;
}

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}\u007f]|\u007f|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![A-Za-z0-9.]))/uy;

type Expectation = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

/** Line and column, from 1, of the first fault; the parser of the engine names a position for some faults only. */
export function findJsonFault(text: string): TextPosition {
  const open: ('{' | '[')[] = [];
  let expectation: Expectation = 'value';
  let position = 0;
  for (;;) {
    TOKEN.lastIndex = position;
    const token = TOKEN.exec(text);
    const next: Expectation | undefined = token === null ? undefined : follow(expectation, token, open);
    if (next === undefined) return positionOf(text, skipSpace(text, position));
    position = TOKEN.lastIndex;
    expectation = next;
  }
}

function follow(expectation: Expectation, token: RegExpExecArray, open: ('{' | '[')[]): Expectation | undefined {
  const [, mark, text] = token;
  if (expectation === 'colon') return mark === ':' ? 'value' : undefined;
  if (expectation === 'comma-or-end' && mark === ',') return open.at(-1) === '{' ? 'key' : 'value';
  if (expectation.endsWith('end') && (mark === '}' || mark === ']')) return close(mark, open);
  if (expectation.startsWith('key')) return text === undefined ? undefined : 'colon';
  if (!expectation.startsWith('value')) return undefined;
  if (mark === '{' || mark === '[') {
    open.push(mark);
    return mark === '{' ? 'key-or-end' : 'value-or-end';
  }
  return mark === undefined ? afterValue(open) : undefined;
}

function close(mark: '}' | ']', open: ('{' | '[')[]): Expectation | undefined {
  return open.pop() === (mark === '}' ? '{' : '[') ? afterValue(open) : undefined;
}

function afterValue(open: readonly string[]): Expectation {
  return open.length === 0 ? 'nothing' : 'comma-or-end';
}

function skipSpace(text: string, position: number): number {
  const rest = /[^ \t\r\n]/.exec(text.slice(position));
  return rest === null ? text.length : position + rest.index;
}

function positionOf(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
