import { defineAction, style, UsageError, type Action, type KnowledgeFilter, type KnowledgePassage } from 'wooster';
import { z } from 'zod';
import { placeOf, titleOf } from '../knowledge/find-passages.ts';
import type { ProjectPorts } from './project-ports.ts';

const partSchema = z.object({ rank: z.number(), score: z.number() }).optional();

const foundSchema = z.object({
  path: z.string(),
  line: z.number().optional(),
  page: z.number().optional(),
  title: z.string().optional(),
  source: z.string(),
  mediaType: z.string(),
  score: z.number(),
  parts: z.object({ vector: partSchema, text: partSchema, rare: partSchema }),
  text: z.string(),
});

const resultSchema = z.object({ passages: z.array(foundSchema), notices: z.array(z.string()) });

/** Lines of a passage that are shown. */
const EXCERPT_LINES = 3;

const SHORT_TYPES: Readonly<Record<string, string>> = {
  markdown: 'text/markdown',
  md: 'text/markdown',
  text: 'text/plain',
  html: 'text/html',
  csv: 'text/csv',
  json: 'application/json',
  pdf: 'application/pdf',
};

function toTime(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new UsageError(`${option} ${text} is no date: write it as 2026-01-31`);
  return time;
}

function toFound(passage: KnowledgePassage): z.output<typeof foundSchema> {
  const { path, mediaType, score, parts, chunk } = passage;
  const { line, page, text } = chunk;
  return { path, line, page, title: titleOf(passage), source: placeOf(passage), mediaType, score, parts, text };
}

function describePart(name: string, part: { rank: number; score: number } | undefined): string[] {
  return part === undefined ? [] : [`${name} #${part.rank} ${part.score.toFixed(2)}`];
}

/** `search`: the passages for some words, without a model that answers. */
export function searchAction(ports: ProjectPorts): Action {
  return defineAction({
    id: 'search',
    summary: 'Search the documents of a project and print the passages',
    args: z.object({
      words: z.array(z.string()).describe('what to search for'),
      project: z.string().describe('name of the project'),
      k: z.number().int().min(1).max(100).default(5).describe('passages to print'),
      mode: z.enum(['hybrid', 'vector', 'text']).default('hybrid').describe('by meaning and words, or one of them'),
      path: z.string().optional().describe('only documents whose path begins so'),
      type: z.array(z.string()).default([]).describe('only this kind: markdown, pdf, text/*'),
      since: z.string().optional().describe('only documents changed on this day or later: 2026-01-31'),
      until: z.string().optional().describe('only documents changed before this day'),
    }),
    positionals: ['words'],
    result: resultSchema,
    examples: ['search --project handbook "release token"', 'search --project handbook backups --type pdf -k 3'],
    run: async (args, { signal, terminal }) => {
      const text = args.words.join(' ').trim();
      if (text === '') throw new UsageError('there is nothing to search for: wooster search --project <name> "words"');
      const types = args.type.map((type) => SHORT_TYPES[type] ?? (type.includes('/') ? type : `text/${type}`));
      const filter: KnowledgeFilter = {
        pathPrefix: args.path,
        mediaTypes: types.length === 0 ? undefined : types,
        modifiedAfter: toTime(args.since, '--since'),
        modifiedBefore: toTime(args.until, '--until'),
      };
      const store = await ports.stores.of(args.project, signal);
      const { passages, notices } = await store.search({ text, k: args.k, mode: args.mode, filter }, signal);
      for (const notice of notices) terminal.note(notice);
      return { passages: passages.map(toFound), notices: [...notices] };
    },
    render: ({ passages }, { hasColor }) => {
      if (passages.length === 0) return 'nothing was found';
      const blocks = passages.map(({ source, title, score, parts, text }, at) => {
        const how = [
          ...describePart('meaning', parts.vector),
          ...describePart('words', parts.text),
          ...describePart('rare words', parts.rare),
        ].join(', ');
        const lines = text.trim().split('\n').slice(0, EXCERPT_LINES);
        return [
          style(`${at + 1}. ${source}${title === undefined ? '' : ` › ${title}`}`, 'bold', hasColor),
          style(`   ${score.toFixed(4)} (${how})`, 'dim', hasColor),
          ...lines.map((line) => `   ${line}`),
        ].join('\n');
      });
      return blocks.join('\n\n');
    },
  });
}
