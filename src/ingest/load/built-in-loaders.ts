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
    { id: 'markdown', mediaType: 'text/markdown', extensions: ['md', 'markdown', 'mdown', 'mkd', 'mdx', 'rmd', 'qmd'] },
    async () => (await import('./kinds/markdown.ts')).loadMarkdown,
  ),
  loader(
    { id: 'html', mediaType: 'text/html', extensions: ['html', 'htm', 'xhtml'] },
    async () => (await import('./kinds/html.ts')).loadHtml,
  ),
  loader(
    { id: 'pdf', mediaType: 'application/pdf', extensions: ['pdf'], isBinary: true },
    async () => (await import('./kinds/pdf.ts')).loadPdf,
  ),
  loader(
    {
      id: 'docx',
      mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      extensions: ['docx', 'docm'],
      isBinary: true,
    },
    async () => (await import('./kinds/docx.ts')).loadDocx,
  ),
  loader(
    { id: 'table', mediaType: 'text/csv', extensions: ['csv', 'tsv', 'tab'] },
    async () => (await import('./kinds/table.ts')).loadTable,
  ),
  loader(
    { id: 'json', mediaType: 'application/json', extensions: ['json', 'geojson', 'webmanifest'] },
    async () => (await import('./kinds/data.ts')).loadJson,
  ),
  loader(
    { id: 'json-lines', mediaType: 'application/jsonl', extensions: ['jsonl', 'ndjson'] },
    async () => (await import('./kinds/data.ts')).loadJsonLines,
  ),
  loader(
    { id: 'yaml', mediaType: 'application/yaml', extensions: ['yaml', 'yml'] },
    async () => (await import('./kinds/data.ts')).loadYaml,
  ),
  loader(
    {
      id: 'sections',
      mediaType: 'application/toml',
      extensions: ['toml', 'ini', 'cfg', 'conf', 'properties', 'editorconfig'],
    },
    async () => (await import('./kinds/data.ts')).loadSections,
  ),
  loader(
    { id: 'notebook', mediaType: 'application/x-ipynb+json', extensions: ['ipynb'] },
    async () => (await import('./kinds/notebook.ts')).loadNotebook,
  ),
  loader(
    { id: 'restructured-text', mediaType: 'text/x-rst', extensions: ['rst', 'rest'] },
    async () => (await import('./kinds/markup.ts')).loadRestructuredText,
  ),
  loader(
    { id: 'asciidoc', mediaType: 'text/asciidoc', extensions: ['adoc', 'asciidoc'] },
    async () => (await import('./kinds/markup.ts')).loadAsciiDoc,
  ),
  loader(
    { id: 'org', mediaType: 'text/x-org', extensions: ['org'] },
    async () => (await import('./kinds/markup.ts')).loadOrg,
  ),
  loader(
    { id: 'latex', mediaType: 'text/x-tex', extensions: ['tex', 'ltx', 'sty'] },
    async () => (await import('./kinds/markup.ts')).loadLatex,
  ),
];
