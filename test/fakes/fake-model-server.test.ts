import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFakeModelServer, type FakeModelServer } from './fake-model-server.ts';
import type { FakeServerOptions } from './model-server/protocol.ts';
import { readRecording, type Recording } from './model-server/recordings.ts';
import { callServer, type WireReply } from './support/call-server.ts';
import { ollamaModels, sameBody, sameShape, subset, type Case } from './support/conformance-cases.ts';
import { extraIn, shapeOf, streamShape } from './support/wire-shape.ts';

let server: FakeModelServer;
beforeAll(async () => {
  server = await startFakeModelServer({ dialect: 'ollama' });
});
afterAll(() => server.stop());

async function ask(base: FakeServerOptions, each: Case): Promise<{ recorded: Recording; reply: WireReply }> {
  const recorded = readRecording(each.recording);
  await server.reset({ ...base, ...each.options, rules: each.rules });
  const recordedBody = recorded.requestText === '' ? undefined : recorded.requestText;
  const { method, path } = recorded;
  const reply = await callServer(server.url, { method, path, body: each.body ?? recordedBody, headers: each.headers });
  return { recorded, reply };
}

function header(recorded: Recording, name: string): string | undefined {
  return Object.entries(recorded.headers).find(([each]) => each.toLowerCase() === name)?.[1];
}

function jsonOrText(text: string): unknown {
  return /^[{[]/.test(text) ? JSON.parse(text) : text.trim();
}

function expectSameFrame(recorded: Recording, reply: WireReply): void {
  expect(reply.failure).toBeUndefined();
  expect(reply.status).toBe(recorded.status);
  expect(reply.headers['content-type']).toBe(header(recorded, 'content-type'));
}

describe.each(Object.entries(sameShape))(
  'the %s dialect has the structure of the real server',
  (_name, { server: options, cases }) => {
    test.each(cases)('in $recording', async (each) => {
      const { recorded, reply } = await ask(options, each);
      expectSameFrame(recorded, reply);
      const type = header(recorded, 'content-type') ?? '';
      if (/event-stream|ndjson/.test(type)) {
        expect(streamShape(reply.text)).toEqual(streamShape(recorded.body));
      } else {
        expect(shapeOf(JSON.parse(reply.text))).toEqual(shapeOf(JSON.parse(recorded.body)));
      }
    });
  },
);

describe.each(Object.entries(sameBody))(
  'the %s dialect says the words of the real server',
  (_name, { server: options, cases }) => {
    test.each(cases)('in $recording', async (each) => {
      const { recorded, reply } = await ask(options, each);
      expectSameFrame(recorded, reply);
      expect(jsonOrText(reply.text)).toEqual(jsonOrText(recorded.body));
    });
  },
);

test.each(subset)('the fake invents no name in $recording', async (each) => {
  const base: FakeServerOptions = { dialect: 'ollama', models: ollamaModels };
  const { recorded, reply } = await ask(base, each);
  expectSameFrame(recorded, reply);
  expect(extraIn(shapeOf(JSON.parse(reply.text)), shapeOf(JSON.parse(recorded.body)))).toEqual([]);
});
