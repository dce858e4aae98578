import type { LoadedPart, Loader, LoaderInput } from '../../contracts/knowledge/loader.ts';
import { LANGUAGE_OF } from './code-languages.ts';

type Load = (input: LoaderInput) => readonly LoadedPart[] | Promise<readonly LoadedPart[]>;

/** A loader whose module is imported with its first file: the list of loaders is read at every start of the program. */
function loader(facts: Omit<Loader, 'load'>, find: () => Promise<Load>): Loader {
  return { ...facts, load: async (input) => (await find())(input) };
}

/** What reads a file of text whose ending nobody knows. */
export const PLAIN_TEXT: Loader = loader(
  {
    id: 'plain-text',
    mediaType: 'text/plain',
    extensions: ['txt', 'text', 'log', 'license', 'licence', 'copying', 'notice', 'readme', 'changelog', 'authors'],
  },
  async () => (await import('./kinds/plain-text.ts')).loadPlainText,
);

/** The loaders that ship; they run in a worker, so that a large document never holds up the host. */
export const BUILT_IN_LOADERS: readonly Loader[] = [
  PLAIN_TEXT,
  loader(
    { id: 'code', mediaType: 'text/x-code', extensions: [...LANGUAGE_OF.keys()] },
    async () => (await import('./kinds/code.ts')).loadCode,
  ),
  loader(
    {
      id: 'markdown',
      mediaType: 'text/markdown',
      extensions: ['md', 'markdown', 'mdown', 'mkd', 'mdx', 'rmd', 'qmd'],
    },
    async () => (await import('./kinds/markdown.ts')).loadMarkdown,
  ),
];
