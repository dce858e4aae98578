import { defineTool, ToolError, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import { findPassages, PASSAGES } from '../knowledge/find-passages.ts';
import type { OpenStores } from '../knowledge/open-stores.ts';

const ID = 'search_project';

/** `search_project`: a second look into the documents, with other words than those of the question. */
export function searchProjectTool(stores: OpenStores): ToolDescriptor {
  return defineTool({
    id: ID,
    description: "Searches the user's documents once more. Use it only if the passages given do not hold the answer.",
    risk: 'read',
    needsProject: true,
    schema: z.object({ query: z.string().min(1).describe('words that the wanted text would hold') }),
    run: async ({ query }, { project, signal }) => {
      if (project === undefined) throw new ToolError('no project is chosen to search in', { tool: ID });
      const { passages } = await findPassages(await stores.of(project, signal), { text: query, k: PASSAGES }, signal);
      const places = passages.map(({ source, title }) => ({ source, title }));
      return { text: passages.length === 0 ? 'nothing was found' : '', data: places, passages };
    },
  });
}
