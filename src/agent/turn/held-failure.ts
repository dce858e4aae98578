import type { BaseMessage } from '@langchain/core/messages';
import type { AgentMiddleware } from 'langchain';

/** Stands for a model call that failed. */
const MARK_ID = 'wooster-failed-call';

/**
 * Holds the failure of a model call until the graph around it has ended: a graph that fails forgets the messages that
 * nobody has read yet, such as the result of a tool that ran.
 */
export class HeldFailure {
  readonly #beforeCall: () => void;
  #failure: { readonly error: unknown } | undefined;

  /** What `beforeCall` throws is held as well, and the model is not called. */
  constructor(beforeCall: () => void) {
    this.#beforeCall = beforeCall;
  }

  /** For the agent whose failures are held; one that meets a failure ends as if the model had said nothing. */
  async middleware(): Promise<AgentMiddleware> {
    const { createMiddleware } = await import('langchain');
    const { AIMessage } = await import('@langchain/core/messages');
    return createMiddleware({
      name: 'held-failure',
      wrapModelCall: async (request, handler) => {
        try {
          this.#beforeCall();
          return await handler(request);
        } catch (error) {
          // Thrown again when the graph has ended.
          this.#failure = { error };
          return new AIMessage({ id: MARK_ID, content: '' });
        }
      },
    });
  }

  /** True for the message that stands for the failed call. */
  isMark(message: BaseMessage): boolean {
    return message.id === MARK_ID;
  }

  /** Throws what the model call threw. */
  rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
