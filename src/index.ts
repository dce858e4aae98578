/**
 * The public door: what plugins inside and outside the repository import as `wooster`. It loads no LangChain class and
 * no engine; what is heavy is imported when first used.
 */
export * from './contracts/errors/error-table.ts';
export * from './contracts/errors/wooster-error.ts';
export * from './contracts/errors/host-errors.ts';
export * from './contracts/errors/provider-errors.ts';
export * from './contracts/errors/resource-errors.ts';
export * from './contracts/plugins/disposable.ts';
export * from './contracts/plugins/extension-point.ts';
export * from './contracts/plugins/logger.ts';
export * from './contracts/plugins/plugin-definition.ts';
export * from './contracts/plugins/principal.ts';
export * from './contracts/plugins/token.ts';
export * from './contracts/settings/secret.ts';
export * from './contracts/settings/settings.ts';
export * from './contracts/settings/workspace.ts';
export * from './contracts/commands/action.ts';
export * from './contracts/commands/demo-step.ts';
export * from './contracts/commands/route.ts';
export * from './contracts/commands/terminal.ts';
export * from './contracts/commands/tool.ts';
export * from './contracts/models/call-context.ts';
export * from './contracts/models/catalogue.ts';
export * from './contracts/models/embedding-model.ts';
export * from './contracts/models/health.ts';
export * from './contracts/models/http.ts';
export * from './contracts/models/model-info.ts';
export * from './contracts/models/model-ref.ts';
export * from './contracts/models/permit.ts';
export * from './contracts/models/provider.ts';
export * from './contracts/routing/breaker.ts';
export * from './contracts/routing/decision.ts';
export * from './contracts/routing/route-request.ts';
export * from './contracts/routing/router.ts';
export * from './contracts/routing/routing-state.ts';
export * from './contracts/routing/strategy.ts';
export * from './contracts/usage/ledger.ts';
export * from './contracts/knowledge/knowledge-store.ts';
export * from './contracts/knowledge/loader.ts';
export * from './contracts/agent/agent.ts';
export * from './contracts/agent/conversation.ts';
export { approveByRisk } from './agent/approvals.ts';
export { generateReply, type GeneratedReply, type GenerateRequest, type PlainMessage } from './agent/generate-reply.ts';
export { runInteractiveChat, type ChatOutcome, type InteractiveChat } from './agent/interactive-chat.ts';
export { describeReply, printTurn } from './agent/print-turn.ts';
