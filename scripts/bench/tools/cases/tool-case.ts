import type { Matcher } from './matchers.ts';

/** A schema of arguments in JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool that is offered, and what it says when it is called. */
export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
  /** What a call gives where the case says nothing else. */
  readonly result: string;
}

/** Tools that are offered together; the cases of one set run one after another and share the start of the prompt. */
export type ToolSetName = 'desk' | 'home' | 'shop' | 'files';

/** What a case is there to find out. */
export type Category =
  'right tool' | 'right arguments' | 'no tool needed' | 'two tools' | 'nested schema' | 'follow-up' | 'not English';

/** A call that the question needs. */
export interface WantedCall {
  readonly tool: string;
  /** What each argument must be; an argument that is not named here may be anything its schema allows. */
  readonly arguments: Readonly<Record<string, Matcher>>;
  readonly result?: string;
}

/** What was said before the question. */
export type EarlierTurn =
  | { readonly user: string }
  | { readonly assistant: string }
  | { readonly tool: string; readonly arguments: Readonly<Record<string, unknown>>; readonly result: string };

/** A question, and the calls it needs: none where the model should answer in words. */
export interface ToolCase {
  readonly id: string;
  readonly set: ToolSetName;
  readonly category: Category;
  readonly earlier?: readonly EarlierTurn[];
  readonly question: string;
  readonly wanted: readonly WantedCall[];
}
