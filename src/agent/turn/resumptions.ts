import type { AgentEvent, AnswerInterruption } from '../../contracts/agent/agent.ts';
import { isWoosterError, type WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { RouteDecision } from '../../contracts/routing/decision.ts';
import type { TurnState } from './turn-state.ts';

/** So often a turn asks again; what breaks off after that is told. */
const MAX_RESUMPTIONS = 2;

type Broken = Omit<AnswerInterruption, 'ref'>;

/** Tokens that were given out before a stream broke off; 0 for every other error. */
function tokensBefore(error: WoosterError): number {
  const { outputTokens } = error.details;
  return error.code === 'E_INTERRUPTED' && typeof outputTokens === 'number' ? outputTokens : 0;
}

/**
 * Answers of one turn that broke off, and what became of each.
 *
 * | state   | takeUp                          | noteDecision        |
 * |---------|---------------------------------|---------------------|
 * | running | -> broken, or false: it is told | -                   |
 * | broken  | -> broken, or false: it is told | -> running, resumed |
 */
export class Resumptions {
  readonly #state: TurnState;
  readonly #resumed: AnswerInterruption[] = [];
  readonly #avoided = new Set<string>();
  #broken: Broken | undefined;
  #count = 0;

  constructor(state: TurnState) {
    this.#state = state;
  }

  /** In order. */
  get resumed(): readonly AnswerInterruption[] {
    return this.#resumed;
  }

  /** Targets that broke off in this turn. */
  get avoidedTargets(): readonly string[] {
    return [...this.#avoided];
  }

  /** True when the turn is to ask again: the error is an interruption after output, and not one too many. */
  takeUp(error: unknown, how: AnswerInterruption['how']): boolean {
    if (!isWoosterError(error) || this.#count >= MAX_RESUMPTIONS) return false;
    const tokens = tokensBefore(error);
    if (tokens === 0) return false;
    this.#count += 1;
    const { targetId, ref } = this.#origin(error);
    this.#avoided.add(targetId);
    this.#broken = { how, code: error.code, message: error.message, targetId, brokenRef: ref, tokens };
    this.#state.noteBreak(how);
    return true;
  }

  /** The event of an answer taken up again, once it is known by whom; nobody when the decision has no model. */
  noteDecision({ chain }: RouteDecision): AgentEvent | undefined {
    const [first] = chain;
    if (this.#broken === undefined || first === undefined) return undefined;
    const interruption = { ...this.#broken, ref: first.ref };
    this.#broken = undefined;
    this.#resumed.push(interruption);
    return { kind: 'resumed', ...interruption };
  }

  /** The last event of a turn whose answer stays broken off. */
  end(error: WoosterError): Extract<AgentEvent, { kind: 'interrupted' }> {
    const last = this.#broken ?? this.#resumed.at(-1);
    const { text } = this.#state;
    const tokens = tokensBefore(error);
    const wasAskedAgain = last !== undefined;
    if (last !== undefined && tokens === 0 && this.#state.isBroken) {
      const message = `${last.message}; asked again: ${error.message}`;
      return { kind: 'interrupted', code: last.code, message, text, wasAskedAgain, ...originOf(last) };
    }
    const origin = tokens === 0 ? {} : { targetId: this.#origin(error).targetId, tokens };
    return { kind: 'interrupted', code: error.code, message: error.message, text, wasAskedAgain, ...origin };
  }

  #origin(error: WoosterError): { targetId: string; ref: AnswerInterruption['ref'] } {
    const chain = this.#state.decision?.chain ?? [];
    const told = error.details['targetId'];
    const step = chain.find(({ targetId }) => targetId === told) ?? chain[0];
    const targetId = typeof told === 'string' ? told : (step?.targetId ?? 'unknown');
    return { targetId, ref: step?.ref ?? 'unknown:unknown' };
  }
}

function originOf({ targetId, tokens }: Broken): { targetId: string; tokens: number } {
  return { targetId, tokens };
}
