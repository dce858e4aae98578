import type { Interrupts } from './interrupts.ts';
import type { Streams } from './output/terminal.ts';

/** What the command line uses of the process. */
export interface CommandLineProcess {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly streams: Streams;
  on(event: string, listener: (detail: unknown) => void): void;
  /** Ends the process at once. */
  leave(exitCode: number): void;
}

const TERMINATED = 143;
const HUNG_UP = 129;

/** Connects signals, a closed output and errors that nobody caught to the command line. */
export function watchProcess(
  process: CommandLineProcess,
  handlers: { interrupts: Interrupts; onStray(error: unknown): void },
): void {
  process.on('SIGINT', () => handlers.interrupts.interrupt());
  process.on('SIGTERM', () => handlers.interrupts.terminate(TERMINATED));
  process.on('SIGHUP', () => handlers.interrupts.terminate(HUNG_UP));
  process.on('unhandledRejection', (error) => handlers.onStray(error));
  process.on('uncaughtException', (error) => handlers.onStray(error));
  for (const stream of [process.streams.output, process.streams.error]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // The reader of a pipe has gone (`| head`): nobody is left to be told anything.
      if (error.code === 'EPIPE') process.leave(0);
      else handlers.onStray(error);
    });
  }
}

/** Resolves when everything written to the stream has been handed over, or after a short while. */
export async function drain(stream: NodeJS.WritableStream): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 1_000);
    stream.write('', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
