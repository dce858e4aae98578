export type { DialectId, Rule } from '../../../fakes/model-server/protocol.ts';
export type { Fault } from '../../../fakes/model-server/faults/fault-kinds.ts';
