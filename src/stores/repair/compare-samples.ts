import type { VerifyReport } from '../../contracts/knowledge/knowledge-store.ts';
import { cosineOf } from '../../kernel/embedding-vectors.ts';
import { NEAR_FROM, SAME_FROM } from '../../kernel/spaces/canaries.ts';
import type { HeldSpace } from '../link/calls/space-calls.ts';
import { ownerOf } from '../store-owner.ts';
import type { StorePorts } from '../store-ports.ts';

/** Texts of a space that are embedded again. */
const SAMPLED_TEXTS = 16;

/** What came of embedding some texts again. */
interface SampleComparison {
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** What is asked for texts and their vectors. */
type SamplePorts = Pick<StorePorts, 'purpose' | 'name' | 'link' | 'environment'>;

async function compareSpace(
  ports: SamplePorts,
  { space, served }: HeldSpace,
  signal: AbortSignal,
): Promise<SampleComparison> {
  const { link, environment, purpose } = ports;
  const model = await environment.embeddings().ofSpace(space, purpose, signal, ownerOf(ports));
  if (model?.locality !== 'local') {
    return { faults: [], notes: [`${space.name} is not on this machine: no text was embedded again`] };
  }
  const { texts, vectors } = await link.call('sampleTexts', { spaceId: space.spaceId, count: SAMPLED_TEXTS }, signal);
  const again = await model.embed(texts, { role: 'document', signal });
  const cosines = again.map((vector, at) =>
    vector.length === space.dimensions
      ? cosineOf(vectors.subarray(at * space.dimensions, (at + 1) * space.dimensions), vector)
      : 0,
  );
  // Written so that what is no number is a fault too.
  const from = served.some(({ isAccepted }) => isAccepted) ? NEAR_FROM : SAME_FROM;
  const others = cosines.filter((each) => !(each >= from));
  if (others.length === 0)
    return { faults: [], notes: [`${texts.length} texts embedded again with ${space.name}: the same`] };
  const lowest = Math.min(...others).toFixed(4);
  const fault = `${others.length} of ${texts.length} texts get another vector from ${space.name} than is stored (cosine ${lowest}): the model has changed, or the vectors have`;
  return { faults: [fault], notes: [] };
}

async function compareSamples(ports: SamplePorts, signal: AbortSignal): Promise<SampleComparison> {
  const faults: string[] = [];
  const notes: string[] = [];
  const held = (await ports.link.call('heldSpaces', null, signal)).filter(({ isSearched }) => isSearched);
  for (const each of held) {
    try {
      const found = await compareSpace(ports, each, signal);
      faults.push(...found.faults);
      notes.push(...found.notes);
    } catch (error) {
      if (signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      notes.push(`no text was embedded again with ${each.space.name}: ${reason}`);
    }
  }
  return { faults, notes };
}

/**
 * Embeds some texts of every space again with its own model, where that is on this machine, and adds what came of it to a
 * report. Nothing is sent to a cloud, and a model that cannot be reached is a note, no fault.
 */
export async function addSamples(report: VerifyReport, ports: SamplePorts, signal: AbortSignal): Promise<VerifyReport> {
  const { faults, notes } = await compareSamples(ports, signal);
  return {
    ...report,
    isSound: report.isSound && faults.length === 0,
    faults: [...report.faults, ...faults],
    notes: [...(report.notes ?? []), ...notes],
  };
}
