import type { EmbedderStatus, Finding, PurposeStatus } from 'wooster';
import { adviceFor, stateOfPurpose } from '../../embeddings/purpose-advice.ts';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

const NAMES: Readonly<Record<PurposeStatus['purpose'], string>> = {
  projects: 'documents of projects',
  userProfile: 'your profile',
};

function findingOf(status: PurposeStatus, models: readonly EmbedderStatus[]): Finding {
  const name = NAMES[status.purpose];
  const state = stateOfPurpose(status, models);
  if (state === 'off') return { state: 'info', summary: `${name}: not embedded (turned off)` };
  if (status.ref !== undefined) {
    const isWell = state === 'ready' || state === 'unknown';
    const summary = `${name}: ${status.ref}${isWell ? '' : ` is ${state}`}`;
    return { state: isWell ? 'ok' : 'warning', summary };
  }
  return { state: 'fault', summary: `${name}: nothing serves ${status.model}`, remedy: adviceFor(status, models) };
}

/** What turns the texts of each purpose into vectors, or why nothing does. */
export function embeddingsCheck({ embeddings }: Pick<DoctorPorts, 'embeddings'>): CheckBody {
  return {
    async run(signal) {
      const { models, purposes } = await embeddings().status(signal);
      return purposes.map((purpose) => findingOf(purpose, models));
    },
  };
}
