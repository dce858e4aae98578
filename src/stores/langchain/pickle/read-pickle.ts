import { setImmediate as nextTurn } from 'node:timers/promises';
import { COLLECTION_OPCODES } from './opcodes/collection-opcodes.ts';
import { OBJECT_OPCODES } from './opcodes/object-opcodes.ts';
import { SCALAR_OPCODES } from './opcodes/scalar-opcodes.ts';
import { PickleBytes } from './pickle-bytes.ts';
import { PickleMachine, type OpcodeTable } from './pickle-machine.ts';
import type { PickleValue } from './pickle-values.ts';

const STOP = 0x2e;
/** Opcodes that are read before others get a turn. */
const OPCODES_A_TURN = 20_000;

const OPCODES: OpcodeTable = { ...SCALAR_OPCODES, ...COLLECTION_OPCODES, ...OBJECT_OPCODES };

/**
 * Reads what Python's `pickle` wrote (protocols 0 to 5) as plain data. Nothing in it is run: a class, a function and a call
 * become records of their names and arguments. What a docstore never needs, and what would take more memory than one
 * does, is a SyntaxError that names the opcode and its place. `limits` narrows how much memory that is.
 */
export async function readPickle(
  bytes: Buffer,
  signal: AbortSignal,
  limits?: ConstructorParameters<typeof PickleMachine>[1],
): Promise<PickleValue> {
  const machine = new PickleMachine(new PickleBytes(bytes), limits);
  for (let count = 1; ; count += 1) {
    const opcode = machine.bytes.opcode();
    if (opcode === STOP) return machine.pop();
    const work = OPCODES[opcode];
    if (work === undefined) throw machine.bytes.fault('it is no opcode of a pickle');
    work(machine);
    if (count % OPCODES_A_TURN === 0) await nextTurn(undefined, { signal });
  }
}
