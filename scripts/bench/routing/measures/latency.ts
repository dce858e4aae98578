import { quantile } from '../../quantiles.ts';
import type { Client, ClientOptions } from '../clients/client.ts';
import { openChatOpenAI, openWithFallbacks } from '../clients/langchain-clients.ts';
import { openAxios, openFetch } from '../clients/raw-clients.ts';
import { openWooster } from '../clients/wooster-client.ts';
import type { Contestant, Job, JobResult, LatencyRow, Spread } from '../job.ts';

/** Calls before the clock counts, as a share of those that do. */
const WARM_UP_SHARE = 0.5;

type Timed = { readonly contestant: Contestant; readonly client: Client } & Record<
  'plain' | 'firstToken' | 'whole',
  number[]
>;

async function openAll(options: ClientOptions): Promise<Timed[]> {
  const clients: readonly (readonly [Contestant, Client])[] = [
    ['fetch', openFetch(options)],
    ['axios', openAxios(options)],
    ['chat-openai', openChatOpenAI(options)],
    ['with-fallbacks', openWithFallbacks(options, 'none')],
    ['wooster', await openWooster(options)],
  ];
  return clients.map(([contestant, client]) => ({ contestant, client, plain: [], firstToken: [], whole: [] }));
}

function requireWhole(text: string, tokens: number, contestant: Contestant): void {
  const words = text.split(' ');
  if (words[0] === 'primary' && words.length === tokens) return;
  throw new Error(`${contestant} answered ${words.length} words of ${tokens}, the first of them "${words[0]}"`);
}

async function timePlain({ contestant, client, plain }: Timed, tokens: number): Promise<void> {
  const from = performance.now();
  const text = await client.complete();
  plain.push(performance.now() - from);
  requireWhole(text, tokens, contestant);
}

async function timeStream({ contestant, client, firstToken, whole }: Timed, tokens: number): Promise<void> {
  const from = performance.now();
  let text = '';
  for await (const piece of client.stream()) {
    if (text === '' && piece !== '') firstToken.push(performance.now() - from);
    text += piece;
  }
  whole.push(performance.now() - from);
  requireWhole(text, tokens, contestant);
}

function spreadOf(times: readonly number[]): Spread {
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

/** All contestants call by call in turn, each time another one first, so that what disturbs one disturbs all. */
export async function measureLatency(job: Extract<Job, { kind: 'latency' }>): Promise<JobResult> {
  const { addresses, tokens, calls } = job;
  const timed = await openAll({ addresses, tokens });
  const warmUp = Math.ceil(calls * WARM_UP_SHARE);
  for (let call = 0; call < warmUp + calls; call += 1) {
    if (call === warmUp)
      for (const { plain, firstToken, whole } of timed) plain.length = firstToken.length = whole.length = 0;
    for (let turn = 0; turn < timed.length; turn += 1) {
      const one = timed[(call + turn) % timed.length]!;
      await timePlain(one, tokens);
      await timeStream(one, tokens);
    }
  }
  for (const { client } of timed) await client[Symbol.asyncDispose]();
  const rows: LatencyRow[] = timed.map(({ contestant, plain, firstToken, whole }) => ({
    contestant,
    plain: spreadOf(plain),
    firstToken: spreadOf(firstToken),
    whole: spreadOf(whole),
  }));
  return { kind: 'latency', tokens, rows };
}
