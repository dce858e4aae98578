import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ConversationStore } from '../../src/agent/conversation-store.ts';

let directory: string;
let store: ConversationStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wooster-conversations-'));
  store = new ConversationStore(join(directory, 'conversations'));
});

afterEach(() => rm(directory, { recursive: true }));

describe('the conversation store', () => {
  test('gives back what was appended, tool calls and their results included', async () => {
    const call = { name: 'get_weather', args: { city: 'Paris' }, id: 'call-1', type: 'tool_call' as const };
    await store.append('c1', [new HumanMessage('weather?'), new AIMessage({ content: '', tool_calls: [call] })]);
    await store.append('c1', [new ToolMessage({ content: 'sunny', tool_call_id: 'call-1', name: 'get_weather' })]);
    const [question, answer, result] = await store.read('c1');
    expect(question?.text).toBe('weather?');
    expect((answer as AIMessage).tool_calls).toMatchObject([call]);
    expect((result as ToolMessage).tool_call_id).toBe('call-1');
  });

  test('reads an unknown conversation as empty and lists none', async () => {
    expect(await store.read('nothing')).toEqual([]);
    expect(await store.list()).toEqual([]);
  });

  test('leaves out a line torn by a crash and goes on after it', async () => {
    await store.append('c1', [new HumanMessage('kept')]);
    await appendFile(join(directory, 'conversations', 'c1.jsonl'), '{"type":"human","da');
    expect((await store.read('c1')).map((message) => message.text)).toEqual(['kept']);
    await store.append('c1', [new HumanMessage('after')]);
    expect((await store.read('c1')).map((message) => message.text)).toEqual(['kept', 'after']);
  });

  test('lists the newest first', async () => {
    await store.append('older', [new HumanMessage('a')]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await store.append('newer', [new HumanMessage('b')]);
    expect((await store.list()).map(({ id }) => id)).toEqual(['newer', 'older']);
  });

  test('refuses an id that is a path, with E_USAGE', async () => {
    await expect(store.read('../secret')).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(store.append('a/b', [])).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('says E_FILE with the path when the folder cannot be used', async () => {
    await writeFile(join(directory, 'conversations'), 'a file where a folder should be');
    await expect(store.append('c1', [new HumanMessage('x')])).rejects.toMatchObject({ code: 'E_FILE' });
    expect(await readFile(join(directory, 'conversations'), 'utf8')).toContain('a file');
  });
});
