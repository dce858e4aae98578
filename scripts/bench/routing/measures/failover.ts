import { setTimeout as sleep } from 'node:timers/promises';
import { isWoosterError } from '../../../../src/index.ts';
import { median } from '../../quantiles.ts';
import type { Client, ClientOptions } from '../clients/client.ts';
import { openWithFallbacks } from '../clients/langchain-clients.ts';
import { openWooster } from '../clients/wooster-client.ts';
import type { Contestant, FailoverRow, Fault, Job, JobResult } from '../job.ts';
import { ServerControl } from '../server/control-server.ts';

const TOKENS = 60;

/** What a primary that says nothing is given, by every contestant that has a limit. */
const LIMIT_MS = 200;

const FAULTS: readonly Fault[] = [
  { title: 'refused', behavior: { kind: 'refuse' } },
  { title: '500', behavior: { kind: 'status', status: 500, reach: 'chat' } },
  { title: '429, Retry-After 30', behavior: { kind: 'status', status: 429, retryAfterSeconds: 30, reach: 'chat' } },
  { title: 'silent', behavior: { kind: 'hang', reach: 'chat' } },
  { title: 'cut after 40 tokens', behavior: { kind: 'cut', afterTokens: 40 } },
];

type Mode = FailoverRow['mode'];

interface Once {
  readonly ms: number;
  readonly seen: string;
}

const OPENERS: Readonly<Record<string, (options: ClientOptions) => Client | Promise<Client>>> = {
  'with-fallbacks': (options) => openWithFallbacks(options, 'none'),
  'with-fallbacks-default': (options) => openWithFallbacks(options, 'default'),
  wooster: openWooster,
};

function nameOf(error: unknown): string {
  if (isWoosterError(error)) return error.code;
  return error instanceof Error ? error.name : String(error);
}

function describe(text: string, error: unknown): string {
  const [server = ''] = text.split(' ');
  const tokens = text === '' ? 0 : text.split(' ').length;
  if (error !== undefined) return tokens === 0 ? `error ${nameOf(error)}` : `${tokens} tokens, then ${nameOf(error)}`;
  return tokens === TOKENS ? `answered by the ${server}` : `${tokens} tokens as if they were all`;
}

/** One call, from its start until the answer, the first token or the error. */
async function ask(client: Client, mode: Mode, signal: AbortSignal): Promise<Once> {
  const from = performance.now();
  let ms: number | undefined;
  let text = '';
  try {
    if (mode === 'plain') text = await client.complete(signal);
    else {
      for await (const piece of client.stream(signal)) {
        if (piece !== '') ms ??= performance.now() - from;
        text += piece;
      }
    }
    return { ms: ms ?? performance.now() - from, seen: describe(text, undefined) };
  } catch (error) {
    return { ms: ms ?? performance.now() - from, seen: describe(text, error) };
  }
}

interface Trial {
  readonly fault: Fault;
  readonly contestant: Contestant;
  readonly mode: Mode;
  readonly limitMs?: number;
  readonly capMs: number;
}

/** A client that has answered well before meets the fault for the first time. */
async function tryOnce(trial: Trial, control: ServerControl, options: ClientOptions): Promise<Once> {
  await using client = await OPENERS[trial.contestant]!({ ...options, limitMs: trial.limitMs });
  for (const mode of ['plain', 'stream'] as const) await ask(client, mode, AbortSignal.timeout(5_000));
  await control.behave('primary', trial.fault.behavior);
  try {
    // LangChain's retries go on for seconds after the abort.
    const given = sleep(trial.capMs, { ms: trial.capMs, seen: 'nothing' }, { ref: false });
    return await Promise.race([ask(client, trial.mode, AbortSignal.timeout(trial.capMs)), given]);
  } finally {
    await control.behave('primary', { kind: 'answer' });
  }
}

function toRow(trial: Trial, rounds: readonly Once[]): FailoverRow {
  const { fault, contestant, mode, capMs } = trial;
  const ms = median(rounds.map((round) => round.ms));
  const row = { fault: fault.title, contestant, mode };
  if (ms >= capMs) return { ...row, seen: `nothing within ${capMs / 1000} s` };
  return { ...row, ms, seen: [...new Set(rounds.map(({ seen }) => seen))].join(' or ') };
}

/** The first doomed call with a healthy fallback behind it; contestants take turns in each round. */
export async function measureFailover(job: Extract<Job, { kind: 'failover' }>): Promise<JobResult> {
  const control = new ServerControl(job.addresses);
  const options = { addresses: job.addresses, tokens: TOKENS };
  const trials = FAULTS.flatMap((fault) =>
    (['plain', 'stream'] as const).flatMap((mode) =>
      (['with-fallbacks', 'wooster'] as const).map((contestant): Trial => {
        return { fault, contestant, mode, limitMs: LIMIT_MS, capMs: 5_000 };
      }),
    ),
  );
  const seen = new Map<Trial, Once[]>(trials.map((trial) => [trial, []]));
  // The first round warms up.
  for (let round = 0; round <= job.rounds; round += 1) {
    for (const trial of trials) {
      const once = await tryOnce(trial, control, options);
      if (round > 0) seen.get(trial)!.push(once);
    }
  }
  const rows = [...seen].map(([trial, rounds]) => toRow(trial, rounds));
  for (const fault of FAULTS) {
    const trial: Trial = { fault, contestant: 'with-fallbacks-default', mode: 'plain', capMs: job.capMs };
    rows.push(toRow(trial, [await tryOnce(trial, control, options)]));
  }
  return { kind: 'failover', limitMs: LIMIT_MS, rows };
}
