import { quantile } from '../../quantiles.ts';
import type { Client } from '../clients/client.ts';
import { openWithFallbacks } from '../clients/langchain-clients.ts';
import { openWooster } from '../clients/wooster-client.ts';
import type { Contestant, Job, JobResult, Outage, OutageRow } from '../job.ts';
import { ServerControl } from '../server/control-server.ts';
import { MovedClock } from './moved-clock.ts';

/** One person, one question a minute. */
const TURN_EVERY_MS = 60_000;
const LIMIT_MS = 200;
const TURNS_TO_RETURN = 60;

/** One contestant as an outage sees it. */
interface Patient extends Client {
  /** Attempts of the last turn that the primary failed, and whether the primary answered it. */
  readonly last: () => { readonly doomed: number; readonly isAnsweredByPrimary: boolean };
}

interface Turn {
  readonly ms: number;
  readonly isAnswered: boolean;
  readonly doomed: number;
  readonly isBack: boolean;
}

async function takeTurn(patient: Patient): Promise<Turn> {
  const from = performance.now();
  let isAnswered = true;
  try {
    await patient.complete(AbortSignal.timeout(10_000));
  } catch {
    // A turn without an answer is what is counted here.
    isAnswered = false;
  }
  const ms = performance.now() - from;
  const { doomed, isAnsweredByPrimary } = patient.last();
  return { ms, isAnswered, doomed, isBack: isAnsweredByPrimary };
}

async function suffer(
  patient: Patient,
  { outage, count }: { outage: Outage; count: number },
  { control, pass }: { control: ServerControl; pass: () => Promise<void> },
): Promise<Omit<OutageRow, 'contestant'>> {
  for (let turn = 0; turn < 3; turn += 1) await takeTurn(patient);
  await control.behave('primary', outage.behavior);
  const turns: Turn[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    await pass();
    turns.push(await takeTurn(patient));
  }
  await control.behave('primary', { kind: 'answer' });
  let turnsUntilBack = 1;
  for (; turnsUntilBack <= TURNS_TO_RETURN; turnsUntilBack += 1) {
    await pass();
    if ((await takeTurn(patient)).isBack) break;
  }
  const usualMs =
    quantile(
      turns.filter(({ doomed }) => doomed === 0).map(({ ms }) => ms),
      0.5,
    ) || 0;
  return {
    outage: outage.title,
    turns: count,
    doomed: turns.reduce((sum, { doomed }) => sum + doomed, 0),
    unanswered: turns.filter(({ isAnswered }) => !isAnswered).length,
    lostMs: turns.filter(({ doomed }) => doomed > 0).reduce((sum, { ms }) => sum + Math.max(0, ms - usualMs), 0),
    turnsUntilBack,
  };
}

/** LangChain keeps no records, so its attempts are counted where they are sent. */
function openPatient(options: Parameters<typeof openWithFallbacks>[0]): Patient {
  const client = openWithFallbacks(options, 'none');
  let sent = 0;
  let server = '';
  return {
    ...client,
    complete: async (signal) => {
      sent = client.sentToPrimary();
      server = '';
      const text = await client.complete(signal);
      [server = ''] = text.split(' ');
      return text;
    },
    last: () => {
      const isAnsweredByPrimary = server === 'primary';
      return { doomed: client.sentToPrimary() - sent - Number(isAnsweredByPrimary), isAnsweredByPrimary };
    },
  };
}

/** A primary that is gone while one question a minute is asked, and its return. */
export async function measureOutage(job: Extract<Job, { kind: 'outage' }>): Promise<JobResult> {
  const control = new ServerControl(job.addresses);
  const options = { addresses: job.addresses, tokens: 20, limitMs: LIMIT_MS };
  const clock = new MovedClock();
  const pass = (): Promise<void> => clock.move(TURN_EVERY_MS, () => control.quiet());
  const contestants: readonly (readonly [Contestant, () => Promise<Patient>])[] = [
    ['with-fallbacks', () => Promise.resolve(openPatient(options))],
    ['wooster', () => openWooster({ ...options, clock, schedule: clock.schedule })],
  ];
  const rows: OutageRow[] = [];
  for (const outage of job.outages) {
    for (const [contestant, open] of contestants) {
      await using patient = await open();
      const count = outage.areLooksSlow === true ? Math.ceil(job.turns / 5) : job.turns;
      rows.push({ contestant, ...(await suffer(patient, { outage, count }, { control, pass })) });
    }
  }
  return { kind: 'outage', rows };
}
