import type { Action } from 'wooster';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import { askAction } from './ask.ts';
import { chatAction } from './chat.ts';
import { conversationsAction } from './conversations/conversations.ts';
import { doctorAction } from './doctor.ts';
import { healthCheckAction } from './health-check.ts';
import { modelsAction } from './models/models.ts';
import type { ModelsPorts } from './models/models-ports.ts';
import { setupAction } from './setup.ts';
import { statusAction } from './status.ts';
import { useAction } from './switching.ts';
import { whyAction } from './why.ts';

/** The actions of this plugin. */
export function localModelActions(ports: ModelsPorts, runtime: EmbeddedRuntime): readonly Action[] {
  return [
    chatAction(ports, runtime),
    askAction(ports, runtime),
    conversationsAction(ports),
    modelsAction(ports),
    healthCheckAction(ports),
    doctorAction(ports.extensions),
    statusAction(ports),
    whyAction(ports),
    useAction(ports),
    setupAction(ports, runtime),
  ];
}
