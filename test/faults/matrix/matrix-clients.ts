import { openai } from '../../../plugins/cloud-models/clouds.ts';
import { llamacpp } from '../../../plugins/local-model/providers/presets/llamacpp.ts';
import { ollama } from '../../../plugins/local-model/providers/presets/ollama.ts';
import { Secret, type ProviderDescriptor, type ProviderEntry } from '../../../src/index.ts';
import type { DialectId } from '../../fakes/model-server/protocol.ts';
import { MODES, type FaultCell, type Mode, type Wire } from '../cells.ts';
import type { ClientId } from './matrix-row.ts';

/** One kind of provider over the dialect that it speaks. */
export interface MatrixClient {
  readonly id: ClientId;
  readonly dialect: DialectId;
  readonly wire: Wire;
  readonly descriptor: ProviderDescriptor;
  readonly entry: Partial<ProviderEntry>;
}

export const MATRIX_CLIENTS: Readonly<Record<ClientId, MatrixClient>> = {
  llamacpp: {
    id: 'llamacpp',
    dialect: 'llamacpp',
    wire: 'openai',
    descriptor: llamacpp,
    entry: { isDeclaredLocal: true },
  },
  ollama: { id: 'ollama', dialect: 'ollama', wire: 'ollama', descriptor: ollama, entry: { isDeclaredLocal: true } },
  // A cloud by its kind, although the fake listens on this machine.
  openai: {
    id: 'openai',
    dialect: 'openai',
    wire: 'openai',
    descriptor: openai,
    entry: { isDeclaredLocal: false, apiKey: new Secret('sk-test') },
  },
};

/** The modes in which a client is put to a cell; none where its wire has no such fault. */
export function modesFor(cell: FaultCell, client: Pick<MatrixClient, 'id' | 'wire'>): readonly Mode[] {
  if (cell.wires !== undefined && !cell.wires.includes(client.wire)) return [];
  // The package sends by the runtime's own fetch, into which no look-up can be injected.
  if (client.id === 'openai' && cell.place === 'unknown-host') return [];
  // A cloud has no word for it.
  if (client.id === 'openai' && cell.faults?.some(({ kind }) => kind === 'loading') === true) return [];
  return cell.modes ?? MODES;
}
