import { PickledName, PickledObject, type PickleValue } from '../pickle/pickle-values.ts';

/** What makes an object of its first argument in the older protocols. */
const MAKERS: readonly string[] = [
  'copyreg._reconstructor',
  'copy_reg._reconstructor',
  'copyreg.__newobj__',
  'copy_reg.__newobj__',
];

/** The class of an object as the pickle names it, such as `uuid.UUID`; undefined for what is no object. */
export function classOf(value: PickleValue): string | undefined {
  if (!(value instanceof PickledObject)) return undefined;
  const name = value.type instanceof PickledName ? String(value.type) : undefined;
  if (name === undefined || !MAKERS.includes(name)) return name;
  const [made] = value.args;
  return made instanceof PickledName ? String(made) : undefined;
}

/** The attributes of an object; of a pydantic model those that its own state keeps under `__dict__`. */
export function attributesOf(value: PickledObject): ReadonlyMap<PickleValue, PickleValue> {
  const state = Array.isArray(value.state) ? value.state[0] : value.state;
  if (!(state instanceof Map)) return new Map();
  const inner = state.get('__dict__');
  return inner instanceof Map ? inner : state;
}
