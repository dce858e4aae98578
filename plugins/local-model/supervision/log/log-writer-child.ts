import { LogFile, type LogFileOptions } from './log-file.ts';

/**
 * Writes what a server prints to its log. It is a process of its own so that a server goes on when the Wooster that
 * started it ends, and so that no secret touches the disk. Its input is one line of `LogFileOptions`, then the output of
 * the server; it ends when that ends, whatever signals it gets before.
 */
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

let log: LogFile | undefined;
let head = Buffer.alloc(0);

process.stdin.on('data', (bytes: Buffer) => {
  if (log !== undefined) {
    log.add(bytes);
    return;
  }
  head = Buffer.concat([head, bytes]);
  const end = head.indexOf(0x0a);
  if (end === -1) return;
  log = new LogFile(JSON.parse(head.subarray(0, end).toString('utf8')) as LogFileOptions);
  log.add(head.subarray(end + 1));
});
process.stdin.on('end', () => log?.end());
process.stdin.on('error', () => log?.end());
