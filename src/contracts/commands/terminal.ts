import type { Disposable } from '../plugins/disposable.ts';

/** One step of long work. */
export interface ProgressUpdate {
  /** What is being worked on, a few words. */
  readonly label: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: 'bytes' | 'items' | 'tokens';
}

/** Shows the advance of long work: a bar on a terminal, plain lines elsewhere, nothing with `--json`. */
export interface Progress {
  update(update: ProgressUpdate): void;
  /** A line that stays. */
  note(text: string): void;
  finish(): void;
}

/** The person's side of a command. Results go to standard output, everything else to standard error. */
export interface Terminal {
  /** A person sits at both ends: input and output are terminals and `--json` is not asked for. */
  readonly isInteractive: boolean;
  readonly isJson: boolean;
  readonly hasColor: boolean;
  readonly width: number;
  /** Streams text to standard output as it is; does nothing with `--json`. */
  write(text: string): void;
  /** One line on standard error; does nothing with `--json`. */
  note(text: string): void;
  /**
   * All of standard input when it is not a terminal, else undefined. With a limit, also undefined when nothing has come
   * by then: a program that starts this one may leave its end of a pipe open and never write.
   */
  readInput(signal: AbortSignal, firstByteWithinMs?: number): Promise<string | undefined>;
  /** Asks for one line; undefined at the end of the input. */
  question(prompt: string, signal: AbortSignal): Promise<string | undefined>;
  /** The listener gets Ctrl-C first; while it returns true the command goes on. */
  onInterrupt(listener: () => boolean): Disposable;
}
