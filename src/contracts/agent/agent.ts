import type { BaseMessage } from '@langchain/core/messages';
import type { StructuredToolInterface } from '@langchain/core/tools';
import type { Principal } from '../plugins/principal.ts';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { ToolDescriptor } from '../commands/tool.ts';
import type { CallParameters } from '../models/call-context.ts';
import type { ModelRef } from '../models/model-ref.ts';
import type { RouteDecision, TokenUsage } from '../routing/decision.ts';
import type { CacheMode } from '../cache/response-cache.ts';
import type { AskConsent } from '../privacy/privacy-policy.ts';
import type { PrivacyClass } from '../routing/route-request.ts';
import type { ContextPassage } from './context-source.ts';

/** Why a tool call may not run, where there is more to say than that it was not allowed. */
export interface ToolRefusal {
  /** Goes on after the tool's name: `is denied by tools.approvals.write`. */
  readonly refusal: string;
}

/** Decides whether a tool call may run. */
export type ToolApproval = (tool: ToolDescriptor, args: unknown, signal: AbortSignal) => Promise<boolean | ToolRefusal>;

/** Which tools are offered to a model. */
export type ToolOffer = 'auto' | 'all' | 'none';

/** One turn. */
export interface AgentRequest {
  /** With an id the turn is read from and written to the conversation on disk. */
  readonly conversationId?: string;
  readonly messages: readonly BaseMessage[];
  /** Tools that the caller runs itself: their calls are returned, not run. */
  readonly clientTools?: readonly StructuredToolInterface[];
  /** Which tools of the host a model that can call them is offered; `auto`, the default, leaves out those on request. */
  readonly tools?: ToolOffer;
  readonly principal: Principal;
  readonly approvals: ToolApproval;
  readonly signal: AbortSignal;
  readonly privacy?: PrivacyClass;
  readonly pinned?: ModelRef;
  readonly project?: string;
  readonly strategy?: string;
  readonly parameters?: CallParameters;
  /** Asked when a cloud would get what is about the project for the first time; without it the cloud is not used then. */
  readonly askConsent?: AskConsent;
  /** Instead of the setting of the response cache. */
  readonly cache?: CacheMode;
}

/** What happens in a turn, in order; the last event is `finished` or `interrupted`. */
export type AgentEvent =
  | { readonly kind: 'decided'; readonly decision: RouteDecision }
  /** Before the first text: what was found for the question, and what the person must know about it. */
  | { readonly kind: 'context'; readonly passages: readonly Citation[]; readonly notices: readonly string[] }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tool-called'; readonly callId: string; readonly tool: string; readonly args: unknown }
  | {
      readonly kind: 'tool-finished';
      readonly callId: string;
      readonly tool: string;
      readonly text: string;
      readonly isError: boolean;
    }
  | { readonly kind: 'client-tool-called'; readonly callId: string; readonly tool: string; readonly args: unknown }
  /**
   * A model broke off after some of its answer was given out, and another is asked: what was shown since the last tool
   * call is void when `restarted`, and the beginning of what follows when `continued`.
   */
  | ({ readonly kind: 'resumed' } & AnswerInterruption)
  | {
      readonly kind: 'interrupted';
      readonly code: string;
      readonly message: string;
      readonly text: string;
      /** What broke off, where a model's stream did, and after how many tokens. */
      readonly targetId?: string;
      readonly tokens?: number;
      /** Another model was asked too, and did not finish it either. */
      readonly wasAskedAgain?: boolean;
    }
  | { readonly kind: 'finished'; readonly reply: AgentReply };

/** An answer that broke off and was taken up again. */
export interface AnswerInterruption {
  readonly how: 'restarted' | 'continued';
  readonly code: string;
  readonly message: string;
  /** What broke off, as target and as model, and after how many tokens. */
  readonly targetId: string;
  readonly brokenRef: ModelRef;
  readonly tokens: number;
  /** The model that is asked now. */
  readonly ref: ModelRef;
}

/** A numbered passage of a turn. */
export interface Citation extends ContextPassage {
  /** From 1, as `[1]` in the text. */
  readonly number: number;
}

/** The whole of a finished turn. */
export interface AgentReply {
  readonly text: string;
  readonly ref: ModelRef;
  readonly decisionId: string;
  readonly usage: TokenUsage;
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  readonly finishReason?: string;
  readonly messages: readonly BaseMessage[];
  /** Passages that the text cites, by number; every number in the text is one of them. */
  readonly citations: readonly Citation[];
  /** Each time the answer broke off and was taken up again, in order. */
  readonly interruptions?: readonly AnswerInterruption[];
  /** Name of the model in the server's reply, where it is another than the one asked. */
  readonly repliedModel?: string;
  /** What the calls of the turn cost; absent when that is unknown. */
  readonly costUsd?: number;
  /** What the person must know, one line each: a soft limit that was crossed. */
  readonly notices?: readonly string[];
}

/** Runs turns: a model that can call tools gets them, one that cannot answers plainly. */
export interface Agent {
  run(request: AgentRequest): AsyncIterable<AgentEvent>;
}

/** The agent of the host. */
export const AGENT: Token<Agent> = defineToken<Agent>('agent');
