import type { ContextSource } from 'wooster';
import { findPassages, PASSAGES } from '../knowledge/find-passages.ts';
import type { OpenStores } from '../knowledge/open-stores.ts';
import { questionOf } from './question-of.ts';

/** Adds passages of the project that a turn is about; UsageError for a project there is not. */
export function projectSource(stores: OpenStores): ContextSource {
  return {
    id: 'project',
    option: 'project',
    collect: async (turn, signal) => {
      const { project } = turn;
      if (project === undefined) return { passages: [] };
      const store = await stores.of(project, signal);
      const { passages, notices } = await findPassages(store, { text: questionOf(turn), k: PASSAGES }, signal);
      if (passages.length > 0) return { passages, notices };
      return {
        passages: [],
        notices: [...notices, `nothing was found in project ${project} for this question`],
        instructions: [
          `Nothing was found for this question in the documents of the user (project ${project}). Begin your answer by saying so; do not make up what they might say.`,
        ],
      };
    },
  };
}
