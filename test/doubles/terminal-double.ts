import type { Terminal } from '../../src/index.ts';

/** A terminal that plays lines and keeps what was shown. */
export interface TerminalDouble extends Terminal {
  readonly output: string[];
  readonly notes: string[];
  /** Presses Ctrl-C; false when nobody wanted it. */
  interrupt(): boolean;
}

/** Makes a terminal double; `isInteractive` is true unless said otherwise. */
export function createTerminalDouble(lines: readonly string[] = [], fields: Partial<Terminal> = {}): TerminalDouble {
  const waiting = [...lines];
  const output: string[] = [];
  const notes: string[] = [];
  const listeners: (() => boolean)[] = [];
  return {
    isInteractive: true,
    isJson: false,
    hasColor: false,
    width: 80,
    write: (text) => void output.push(text),
    note: (text) => void notes.push(text),
    readInput: async () => undefined,
    question: async () => waiting.shift(),
    onInterrupt: (listener) => {
      listeners.push(listener);
      return { dispose: () => void listeners.splice(listeners.indexOf(listener), 1) };
    },
    ...fields,
    output,
    notes,
    interrupt: () => listeners.some((listener) => listener()),
  };
}
