import { createInterface } from 'node:readline';
import type { CallRequest, ContestantLine, PrepareRequest, Sight } from '../protocol.ts';

/** One contestant in its process. */
export interface Driver {
  prepare(request: PrepareRequest): Promise<void>;
  call(request: CallRequest): Promise<Sight>;
  /** Undoes what `prepare` did, before the process ends. */
  end?(): Promise<void>;
}

async function answer(driver: Driver, request: PrepareRequest | CallRequest): Promise<Sight | undefined> {
  if (request.kind === 'call') return driver.call(request);
  await driver.prepare(request);
  return undefined;
}

const say = (line: ContestantLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Answers each line of standard input with one line of standard output, until the input ends. */
export async function serveLines(driver: Driver): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, ...request } = JSON.parse(line) as { id: number } & (PrepareRequest | CallRequest);
    try {
      say({ id, sight: await answer(driver, request) });
    } catch (error) {
      say({ id, problem: String(error) });
    }
  }
  await driver.end?.();
  process.exit(0);
}
