import { isLoopbackHost, type Finding, type ModelInfo, type ProviderEntry } from 'wooster';
import type { MachineMemory } from '../../memory/machine-memory.ts';
import { readMachine } from '../../memory/read-machine.ts';
import { verdictFor, type MemoryFit } from '../../memory/verdict.ts';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

/** Window that is reckoned with where none is written: the one that Ollama gives a model by itself. */
const USUAL_CONTEXT_TOKENS = 4096;
/** Less memory than the smallest model that chooses tools needs beside a system. */
const LITTLE_MIB = 2048;

const PLACES: Readonly<Record<MemoryFit['place'], string>> = {
  graphics: 'of the graphics card',
  unified: 'that graphics may use',
  ram: 'of this machine',
};

function gib(mib: number): string {
  return `${(mib / 1024).toFixed(1)} GiB`;
}

function machineFinding(machine: MachineMemory): Finding {
  const { totalMiB, freeMiB, limitMiB, usableMiB, isUnified, graphics } = machine;
  const limit = limitMiB === undefined ? '' : `, limited to ${gib(limitMiB)}`;
  const cards = graphics.map(({ name, totalMiB: own }) => `${name} with ${gib(own)}`).join(', ');
  const card = isUnified
    ? `shared with graphics (${gib(usableMiB)})`
    : cards || 'no graphics card that tells its memory';
  const summary = `${gib(totalMiB)}${limit}, ${gib(freeMiB)} free; ${card}`;
  if (usableMiB >= LITTLE_MIB) return { state: 'ok', summary };
  const remedy = 'take the smallest model: "wooster setup --list"';
  return { state: 'warning', summary, remedy };
}

/** Window of a model as its entry asks for it; of what a server tells, the longest it could have says nothing. */
function windowOf(entry: ProviderEntry | undefined): number {
  const written = entry?.options['contextTokens'];
  return typeof written === 'number' ? written : USUAL_CONTEXT_TOKENS;
}

/** Whether it runs on another machine, whose memory is not known here. */
function isElsewhere(entry: ProviderEntry | undefined): boolean {
  const addresses = [entry?.baseUrl, ...(entry?.targets ?? []).map(({ baseUrl }) => baseUrl)];
  return addresses.some((each) => each !== undefined && !isLoopbackHost(URL.parse(each)?.hostname ?? ''));
}

function modelFinding(model: ModelInfo, entry: ProviderEntry | undefined, machine: MachineMemory): readonly Finding[] {
  const contextTokens = windowOf(entry);
  const { sizeBytes, quantization, shape } = model;
  const inputs = { weightsBytes: sizeBytes?.value, quantization: quantization?.value, shape: shape?.value };
  const fit = verdictFor({ ...inputs, contextTokens }, machine);
  if (fit === undefined || fit.verdict === 'fits') return [];
  const needed = `needs about ${gib(fit.estimate.totalMiB)} with a window of ${contextTokens} tokens`;
  const summary = `${model.ref} ${needed}; there are ${gib(fit.availableMiB)} ${PLACES[fit.place]}`;
  const smaller = 'choose a smaller model: "wooster models recommend"';
  const { fittingContextTokens: fitting } = fit;
  const remedy = fitting === undefined ? smaller : `a window of ${fitting} tokens has room; or ${smaller}`;
  return [{ state: fit.verdict === 'tight' ? 'info' : 'warning', summary, remedy }];
}

/** The memory of this machine, and each configured local model that has no room in it. */
export function memoryCheck(
  { router, settings }: Pick<DoctorPorts, 'router' | 'settings'>,
  read: (signal: AbortSignal) => Promise<MachineMemory> = readMachine,
): CheckBody {
  return {
    async run(signal) {
      const [machine] = await Promise.all([read(signal), router().refresh(signal)]);
      const models = router()
        .status()
        .targets.filter(({ isConfigured, model }) => isConfigured && model.locality.value === 'local');
      const findings = models.flatMap(({ model }) => {
        const entry = settings.providers.find(({ id }) => id === model.providerId);
        return isElsewhere(entry) ? [] : modelFinding(model, entry, machine);
      });
      return [machineFinding(machine), ...findings];
    },
  };
}
