import { CHAT_WEIGHTS } from '../../../plugins/local-model/catalogue/chat-weights.ts';

/** One of the models that come with Wooster. */
export interface BenchModel {
  readonly id: string;
  readonly title: string;
  readonly fileName: string;
}

/** The smallest first, which is also the quickest. */
export const MODELS: readonly BenchModel[] = CHAT_WEIGHTS.toSorted((left, right) => left.bytes - right.bytes).map(
  ({ id, title, fileName }) => ({ id, title, fileName }),
);
