import { isWoosterError, type AgentRequest, type ContextSource, type TurnContext } from 'wooster';
import type { Profile } from './profile.ts';

/** Up to this many facts are told as they are; only beyond it the question decides, which costs an embedding. */
const TOLD_WITHOUT_SEARCH = 8;
const TOLD = 8;

function questionOf({ messages }: AgentRequest): string {
  return messages.findLast((message) => message.getType() === 'human')?.text ?? '';
}

/** Puts what is remembered of the user before every model, whether it can call tools or not. */
export function profileContext(profile: Profile): ContextSource {
  return {
    id: 'user-profile',
    collect: async (turn, signal): Promise<TurnContext> => {
      try {
        const count = await profile.count(turn.principal, signal);
        if (count === 0) return { passages: [] };
        const question = count <= TOLD_WITHOUT_SEARCH ? '' : questionOf(turn);
        const { facts } = await profile.recall({ question, k: TOLD }, turn.principal, signal);
        return { passages: [], facts: facts.map(({ text }) => text) };
      } catch (error) {
        // Boundary: a profile that cannot be read must not cost the answer.
        if (signal.aborted || !isWoosterError(error)) throw error;
        return {
          passages: [],
          notices: [`what is remembered of you could not be read: ${error.code} ${error.message}`],
        };
      }
    },
  };
}
