import { estimateMemory, type MemoryEstimate, type MemoryInputs } from './estimate-memory.ts';
import type { GraphicsMemory, MachineMemory } from './machine-memory.ts';

/** Whether a model has room: with a tenth to spare, only just, or not. */
type MemoryVerdict = 'fits' | 'tight' | 'does-not-fit';

/** Which memory a model would be in. `unified` is shared by processor and graphics. */
type MemoryPlace = 'graphics' | 'unified' | 'ram';

/** How a model and a machine go together. */
export interface MemoryFit {
  readonly verdict: MemoryVerdict;
  readonly place: MemoryPlace;
  readonly estimate: MemoryEstimate;
  /** Memory of that place that a model may take, MiB. */
  readonly availableMiB: number;
  /** Longest window that is not tight, tokens, at most the one asked for; undefined where not even the shortest fits. */
  readonly fittingContextTokens?: number;
}

/** A share of memory that is left to everything else before room counts as tight. */
const SPARE_SHARE = 0.1;
/** Windows are offered in steps of this many tokens, the shortest being one step. */
const CONTEXT_STEP = 512;

function judge(neededMiB: number, availableMiB: number): MemoryVerdict {
  if (neededMiB <= availableMiB * (1 - SPARE_SHARE)) return 'fits';
  return neededMiB <= availableMiB ? 'tight' : 'does-not-fit';
}

/** The longest window that fits, by halving: memory grows with the window and with nothing else here. */
function fittingContext(inputs: MemoryInputs, availableMiB: number): number | undefined {
  const fits = (steps: number): boolean => {
    const estimate = estimateMemory({ ...inputs, contextTokens: steps * CONTEXT_STEP });
    return estimate !== undefined && judge(estimate.totalMiB, availableMiB) === 'fits';
  };
  const whole = estimateMemory(inputs);
  if (whole !== undefined && judge(whole.totalMiB, availableMiB) === 'fits') return inputs.contextTokens;
  let low = 0;
  let high = Math.ceil(inputs.contextTokens / CONTEXT_STEP);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low === 0 ? undefined : low * CONTEXT_STEP;
}

function fitIn(place: MemoryPlace, availableMiB: number, inputs: MemoryInputs): MemoryFit | undefined {
  const all = { ...inputs, isOnGraphics: place !== 'ram' };
  const estimate = estimateMemory(all);
  if (estimate === undefined) return undefined;
  const fittingContextTokens = fittingContext(all, availableMiB);
  return { verdict: judge(estimate.totalMiB, availableMiB), place, estimate, availableMiB, fittingContextTokens };
}

function largest(cards: readonly GraphicsMemory[]): GraphicsMemory | undefined {
  return cards.toSorted((left, right) => right.totalMiB - left.totalMiB)[0];
}

/**
 * Whether the model has room on the machine, in the best place there is: the largest graphics card if it fits there,
 * unified memory, else the memory of the processor. Judged by what the machine has, not by what is free this second, which
 * other models may give back. Undefined where nothing tells how large the weights are.
 */
export function verdictFor(inputs: MemoryInputs, machine: MachineMemory): MemoryFit | undefined {
  if (machine.isUnified) return fitIn('unified', machine.usableMiB, inputs);
  const card = largest(machine.graphics);
  const onCard = card === undefined ? undefined : fitIn('graphics', card.totalMiB, inputs);
  if (onCard?.verdict === 'fits') return onCard;
  const inRam = fitIn('ram', machine.usableMiB, inputs);
  return inRam?.verdict === 'does-not-fit' && onCard !== undefined && onCard.verdict === 'tight' ? onCard : inRam;
}
