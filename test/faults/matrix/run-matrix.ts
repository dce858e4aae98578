import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClientId, MatrixRow } from './matrix-row.ts';

const ENTRY = join(import.meta.dirname, 'matrix-process.ts');
const LIMIT_MS = 120_000;

/**
 * All rows of one client, played by a process of its own. It has a disk of half a megabyte in a name space of its own,
 * which needs no right, so that a full disk is a real one. Rejects when the process fails or takes two minutes.
 */
export async function runMatrix(client: ClientId): Promise<readonly MatrixRow[]> {
  const disk = mkdtempSync(join(tmpdir(), 'wooster-matrix-'));
  const command = 'mount -t tmpfs -o size=512k none "$1" && exec "$2" "$3" "$4" "$1"';
  const script = ['-rm', 'sh', '-c', command, 'sh', disk, process.execPath, ENTRY, client];
  const child = spawn('unshare', script, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const rows: MatrixRow[] = [];
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => rows.push(JSON.parse(line) as MatrixRow));
  try {
    const status = await new Promise<number | string | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? signal));
    });
    if (status !== 0)
      throw new Error(`the matrix of ${client} ended with ${status} after ${rows.length} rows: ${complaint}`);
    return rows;
  } finally {
    rmSync(disk, { recursive: true, force: true });
  }
}
