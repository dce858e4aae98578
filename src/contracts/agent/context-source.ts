import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { AgentRequest } from './agent.ts';

/** Text from a document, to be cited by number. */
export interface ContextPassage {
  readonly text: string;
  /** Where it is from, for people: `guide/install.md:12`, `report.pdf page 3`. */
  readonly source: string;
  /** Heading path, for people. */
  readonly title?: string;
  /** Path of the document, for programs; with line or page, each from 1. */
  readonly path?: string;
  readonly line?: number;
  readonly page?: number;
  /** Another one as soon as the document, or the space it was found in, is another; kept answers are of one version. */
  readonly version?: string;
}

/** What a source adds to a turn. */
export interface TurnContext {
  /** Numbered and cited. */
  readonly passages: readonly ContextPassage[];
  /** Standing facts, such as what is known of the user; told to the model, not cited. */
  readonly facts?: readonly string[];
  /** One line each, for the person: nothing found, a text-only search. */
  readonly notices?: readonly string[];
  /** One line each, for the model: that nothing was found in the project. */
  readonly instructions?: readonly string[];
}

/** Adds passages and facts to a turn: of a project, of the user's profile. */
export interface ContextSource {
  readonly id: string;
  /** Option of `ask` and `chat` that feeds it: `project`. Without its plugin the option is refused. */
  readonly option?: 'project';
  collect(turn: AgentRequest, signal: AbortSignal): Promise<TurnContext>;
}

/** Sources of context for a turn. */
export const CONTEXT_SOURCES: ExtensionPoint<ContextSource> = defineExtensionPoint<ContextSource>({
  id: 'context-sources',
  summary: 'passages and facts added to a turn',
  idOf: (source) => source.id,
});
