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
  async () => {
    const { loadPlainText } = await import('./kinds/plain-text.ts');
    return loadPlainText;
  },
);

/** The loaders that ship; they run in a worker, so that a large document never holds up the host. */
export const BUILT_IN_LOADERS: readonly Loader[] = [
  PLAIN_TEXT,
  loader({ id: 'code', mediaType: 'text/x-code', extensions: [...LANGUAGE_OF.keys()] }, async () => {
    const { loadCode } = await import('./kinds/code.ts');
    return loadCode;
  }),
  loader(
    { id: 'markdown', mediaType: 'text/markdown', extensions: ['md', 'markdown', 'mdown', 'mkd', 'mdx', 'rmd', 'qmd'] },
    async () => {
      const { loadMarkdown } = await import('./kinds/markdown.ts');
      return loadMarkdown;
    },
  ),
  loader({ id: 'html', mediaType: 'text/html', extensions: ['html', 'htm', 'xhtml'] }, async () => {
    const { loadHtml } = await import('./kinds/html.ts');
    return loadHtml;
  }),
  loader({ id: 'pdf', mediaType: 'application/pdf', extensions: ['pdf'], isBinary: true }, async () => {
    const { loadPdf } = await import('./kinds/pdf.ts');
    return loadPdf;
  }),
  loader(
    {
      id: 'docx',
      mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      extensions: ['docx', 'docm'],
      isBinary: true,
    },
    async () => {
      const { loadDocx } = await import('./kinds/docx.ts');
      return loadDocx;
    },
  ),
  loader({ id: 'table', mediaType: 'text/csv', extensions: ['csv', 'tsv', 'tab'] }, async () => {
    const { loadTable } = await import('./kinds/table.ts');
    return loadTable;
  }),
  loader({ id: 'json', mediaType: 'application/json', extensions: ['json', 'geojson', 'webmanifest'] }, async () => {
    const { loadJson } = await import('./kinds/data.ts');
    return loadJson;
  }),
  loader({ id: 'json-lines', mediaType: 'application/jsonl', extensions: ['jsonl', 'ndjson'] }, async () => {
    const { loadJsonLines } = await import('./kinds/data.ts');
    return loadJsonLines;
  }),
  loader({ id: 'yaml', mediaType: 'application/yaml', extensions: ['yaml', 'yml'] }, async () => {
    const { loadYaml } = await import('./kinds/data.ts');
    return loadYaml;
  }),
  loader(
    {
      id: 'sections',
      mediaType: 'application/toml',
      extensions: ['toml', 'ini', 'cfg', 'conf', 'properties', 'editorconfig'],
    },
    async () => {
      const { loadSections } = await import('./kinds/data.ts');
      return loadSections;
    },
  ),
  loader({ id: 'notebook', mediaType: 'application/x-ipynb+json', extensions: ['ipynb'] }, async () => {
    const { loadNotebook } = await import('./kinds/notebook.ts');
    return loadNotebook;
  }),
  loader({ id: 'restructured-text', mediaType: 'text/x-rst', extensions: ['rst', 'rest'] }, async () => {
    const { loadRestructuredText } = await import('./kinds/markup.ts');
    return loadRestructuredText;
  }),
  loader({ id: 'asciidoc', mediaType: 'text/asciidoc', extensions: ['adoc', 'asciidoc'] }, async () => {
    const { loadAsciiDoc } = await import('./kinds/markup.ts');
    return loadAsciiDoc;
  }),
  loader({ id: 'org', mediaType: 'text/x-org', extensions: ['org'] }, async () => {
    const { loadOrg } = await import('./kinds/markup.ts');
    return loadOrg;
  }),
  loader({ id: 'latex', mediaType: 'text/x-tex', extensions: ['tex', 'ltx', 'sty'] }, async () => {
    const { loadLatex } = await import('./kinds/markup.ts');
    return loadLatex;
  }),
];
