/** A message as it stands in the body of a request. */
export type WireMessage = Readonly<Record<string, unknown>>;

interface WireCall {
  readonly id?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown };
}

/** What every vendor takes as the id of a call, and what Mistral takes. */
export const COMMON_ID = /^[A-Za-z0-9_-]{1,40}$/;
export const NINE_ID = /^[A-Za-z0-9]{9}$/;

const PARTS: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  developer: ['text'],
  assistant: ['text', 'refusal'],
  tool: ['text'],
  user: ['text', 'image_url'],
};

function partFaults(role: string, content: unknown): string[] {
  if (typeof content === 'string') return [];
  if (!Array.isArray(content)) return [`${role}: content is ${JSON.stringify(content)}`];
  if (content.length === 0) return [`${role}: an empty list of parts`];
  return (content as WireMessage[]).flatMap((part) => {
    if (!PARTS[role]?.includes(String(part.type))) return [`${role}: a part of type ${String(part.type)}`];
    const url = (part.image_url as { url?: unknown } | undefined)?.url;
    return part.type === 'image_url' && typeof url !== 'string' ? [`${role}: a picture without an address`] : [];
  });
}

function callFaults(call: WireCall, seen: Set<unknown>, id: RegExp): string[] {
  const faults: string[] = [];
  if (typeof call.id !== 'string' || !id.test(call.id)) faults.push(`call id ${String(call.id)}`);
  if (seen.has(call.id)) faults.push(`call id ${String(call.id)} twice`);
  seen.add(call.id);
  const { name, arguments: given } = call.function ?? {};
  if (typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name)) faults.push(`tool name ${String(name)}`);
  const value: unknown = typeof given === 'string' ? JSON.parse(given) : given;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) faults.push('arguments that are no object');
  return faults;
}

/** Every way in which a list of messages breaks the rules of a chat wire; empty when a vendor would take it. */
export function faultsOnWire(messages: readonly WireMessage[], id: RegExp = COMMON_ID): string[] {
  const faults: string[] = [];
  const seen = new Set<unknown>();
  let open: unknown[] = [];
  for (const message of messages) {
    const role = String(message.role);
    if (role === 'tool') {
      if (!open.includes(message.tool_call_id)) faults.push(`a result without a call: ${String(message.tool_call_id)}`);
      open = open.filter((callId) => callId !== message.tool_call_id);
    } else if (open.length > 0) {
      faults.push(`calls without a result: ${open.join(', ')}`);
      open = [];
    }
    faults.push(...partFaults(role, message.content));
    if (role !== 'assistant') continue;
    const calls = (message.tool_calls ?? []) as WireCall[];
    if (calls.length === 0 && String(message.content).trim() === '') faults.push('an empty answer');
    if ('function_call' in message) faults.push('a call of the old form');
    for (const call of calls) faults.push(...callFaults(call, seen, id));
    open = calls.map((call) => call.id);
  }
  if (open.length > 0) faults.push(`calls without a result: ${open.join(', ')}`);
  return faults;
}
