import type { Action } from 'wooster';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import type { ActionPorts } from './action-ports.ts';
import { askAction } from './ask.ts';
import { chatAction } from './chat.ts';
import { healthCheckAction } from './health-check.ts';
import { modelsAction } from './models.ts';
import { setupAction } from './setup.ts';
import { statusAction } from './status.ts';
import { useAction } from './switching.ts';
import { whyAction } from './why.ts';

/** The actions of this plugin. */
export function localModelActions(ports: ActionPorts, runtime: EmbeddedRuntime): readonly Action[] {
  return [
    chatAction(ports, runtime),
    askAction(ports, runtime),
    modelsAction(ports),
    healthCheckAction(ports),
    statusAction(ports),
    whyAction(ports),
    useAction(ports),
    setupAction(ports, runtime),
  ];
}
