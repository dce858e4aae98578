import { spawn } from 'node:child_process';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { TEMPTING } from './egress-house.ts';
import { PLACES, type Attempts, type EgressRun } from './egress-line.ts';

/** How the proof is run. */
interface EgressPlan {
  /** The folder with `src` and `test`: the repository or a copy. */
  readonly sources: string;
  readonly calls: number;
  readonly isTraced: boolean;
  readonly limitMs: number;
  /** Without the plugin that goes past everything: what Wooster itself does. */
  readonly isHouseOnly?: boolean;
}

/** A network of its own with loopback alone, and a name server of its own that is not there. */
const ISOLATED = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
/** Writes down every call that opens a connection or sends without one. */
const TRACED = ['strace', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=connect,sendto,sendmsg,sendmmsg', '-o'];

/** What the trace says was tried beyond loopback; also a question to a name server on loopback, which would ask others. */
export async function attemptsIn(trace: AsyncIterable<string>): Promise<{ attempts: Attempts; hasLoopback: boolean }> {
  const attempts: Record<string, number> = {};
  let hasLoopback = false;
  for await (const line of trace) {
    for (const [, four, six] of line.matchAll(/inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g)) {
      const address = four ?? six ?? '';
      const isOwn = /^(127\.|0\.0\.0\.0$|::$|::1$|::ffff:127\.)/.test(address);
      hasLoopback ||= isOwn;
      const name = isOwn && line.includes('htons(53)') ? 'a name server on loopback' : address;
      if (!isOwn || name !== address) attempts[name] = (attempts[name] ?? 0) + 1;
    }
  }
  return { attempts, hasLoopback };
}

/** Runs the process of the proof to its end; rejects when it fails or takes longer than its limit. */
export async function runEgress(plan: EgressPlan): Promise<{ run: EgressRun; attempts: Attempts }> {
  const { sources, calls, isTraced, limitMs, isHouseOnly = false } = plan;
  const home = mkdtempSync(join(tmpdir(), 'wooster-egress-'));
  const [names, trace] = [join(home, 'resolv.conf'), join(home, 'trace')];
  writeFileSync(names, `nameserver ${PLACES.names}\noptions timeout:1 attempts:1\n`);
  mkdirSync(join(home, 'user'));
  const program = [
    process.execPath,
    join(sources, 'test/proof/egress/egress-process.ts'),
    String(calls),
    String(limitMs),
    isHouseOnly ? 'house' : 'all',
  ];
  const traced = isTraced ? [...TRACED, trace, ...program] : program;
  try {
    const output = await outputOf(['-rnm', 'sh', '-c', ISOLATED, 'sh', names, ...traced], join(home, 'user'), limitMs);
    const run = JSON.parse(output.trim().split('\n').at(-1) ?? '') as EgressRun;
    if (!isTraced) return { run, attempts: {} };
    const { attempts, hasLoopback } = await attemptsIn(createInterface({ input: createReadStream(trace) }));
    if (!hasLoopback) throw new Error('the trace shows no connection at all, so it shows nothing');
    return { run, attempts };
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function outputOf(words: readonly string[], home: string, limitMs: number): Promise<string> {
  const child = spawn('unshare', words, {
    env: {
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
      HOME: home,
      LANG: 'C.UTF-8',
      ...TEMPTING,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs + 15_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let complaint = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (complaint = (complaint + data.toString()).slice(-8_000)));
  const status = await new Promise<unknown>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  if (status !== 0) throw new Error(`the process of the proof ended with ${String(status)}: ${complaint}${output}`);
  return output;
}
