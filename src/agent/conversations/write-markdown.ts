import { describeSource } from '../context/write-context.ts';
import type { Transcript } from './conversations.ts';
import type { TranscriptCall, TranscriptTurn } from './transcript.ts';

/** Longest result of a tool that is written; all of it is in the JSON. */
const RESULT_LENGTH = 2000;

/** A conversation as a page for people. */
export function writeMarkdown({ id, lastAt, turns }: Transcript): string {
  const count = turns.length === 1 ? '1 turn' : `${turns.length} turns`;
  const head = `# Conversation ${id}\n\n${count}, the last on ${lastAt.slice(0, 16).replace('T', ' ')} UTC.`;
  return `${[head, ...turns.map(writeTurn)].join('\n\n')}\n`;
}

function writeTurn(turn: TranscriptTurn, at: number): string {
  const { question, project, calls, answer, model, citations, interruptions } = turn;
  const about = project === undefined ? '' : ` (about the project ${project})`;
  const sources = citations.map((citation) => `- [${citation.number}] ${describeSource(citation)}`);
  const parts = [
    `## ${at + 1}. You${about}`,
    question,
    `### ${model ?? 'Answer'}`,
    ...calls.map(writeCall),
    answer === '' && calls.length === 0 ? '*There is no answer.*' : answer,
    ...(sources.length === 0 ? [] : [`Sources:\n\n${sources.join('\n')}`]),
    ...interruptions.map((line) => `*The answer ${line}.*`),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function writeCall({ tool, args, result, isError }: TranscriptCall): string {
  const head = `> \`${tool}\` ${JSON.stringify(args)}`;
  if (result === undefined) return `${head}\n>\n> (no result)`;
  const cut =
    result.length <= RESULT_LENGTH ? result : `${result.slice(0, RESULT_LENGTH)}… (${result.length} characters)`;
  const lines = cut.split('\n').map((line) => `> ${line}`.trimEnd());
  return `${head}${isError ? ' failed' : ''}\n>\n${lines.join('\n')}`;
}
