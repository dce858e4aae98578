import type { RenderContext } from 'wooster';
import { renderAccepted, renderPrune, renderRollback } from '../after-move.ts';
import type { MigrateResult } from '../migrate-results.ts';
import { renderPlan } from '../plan-store.ts';
import { renderMoved } from './render-moved.ts';
import { renderPause, renderStanding } from '../stand-of-stores.ts';
import { labelOf } from '../store-choice.ts';

function renderPlans(stores: Extract<MigrateResult, { operation: 'plan' }>['stores'], context: RenderContext): string {
  return stores
    .map((store) =>
      'failure' in store
        ? `${labelOf(store)}: ${store.failure.code} ${store.failure.message}`
        : renderPlan(store, context),
    )
    .join('\n\n');
}

/** What `migrate` did, for a person. */
export function renderMigrate(result: MigrateResult, context: RenderContext): string {
  if (result.operation === 'plan') return renderPlans(result.stores, context);
  if (result.operation === 'run') return renderMoved(result.stores, context);
  if (result.operation === 'status') return renderStanding(result.stores, context);
  if (result.operation === 'pause') return result.stores.map(renderPause).join('\n');
  if (result.operation === 'rollback') return result.stores.map(renderRollback).join('\n');
  if (result.operation === 'prune') return result.stores.map(renderPrune).join('\n');
  return result.stores.map(renderAccepted).join('\n');
}
