import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { apiKey, baseURL, model } from './gateway.mjs';

const client = new OpenAI({ apiKey, baseURL, maxRetries: 0 });
const weather = {
  type: 'function', name: 'get_weather', description: 'The weather of a city', strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

test('a response has the text, the usage and an id by which it is found again', async () => {
  const response = await client.responses.create({ model, input: '[[say:Hello there]]' });
  assert.equal(response.output_text, 'Hello there');
  assert.equal(response.status, 'completed');
  assert.ok(response.usage.total_tokens > 0);
  const again = await client.responses.retrieve(response.id);
  assert.equal(again.output_text ?? again.output[0].content[0].text, 'Hello there');
  await client.responses.delete(response.id);
  await assert.rejects(client.responses.retrieve(response.id), OpenAI.NotFoundError);
});

test('previous_response_id goes on with the conversation', async () => {
  const first = await client.responses.create({ model, instructions: 'Be brief.', input: 'My name is Ada. [[say:Hello Ada]]' });
  const second = await client.responses.create({ model, previous_response_id: first.id, input: '[[history]]' });
  assert.equal(second.output_text, 'user assistant user');
});

test('a response streams typed events in order', async () => {
  const stream = await client.responses.create({ model, input: '[[chunks:one |two]]', stream: true });
  const types = [];
  let text = '';
  let sequence = 0;
  for await (const event of stream) {
    assert.equal(event.sequence_number, sequence++);
    types.push(event.type);
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  assert.equal(text, 'one two');
  assert.equal(types[0], 'response.created');
  assert.equal(types.at(-1), 'response.completed');
});

test('a response returns tool calls and takes their results', async () => {
  const first = await client.responses.create({ model, input: '[[call:get_weather {"city":"Bern"}]]', tools: [weather] });
  const call = first.output.find(item => item.type === 'function_call');
  assert.deepEqual([call.name, JSON.parse(call.arguments)], ['get_weather', { city: 'Bern' }]);
  const second = await client.responses.create({
    model, tools: [weather], previous_response_id: first.id,
    input: [{ type: 'function_call_output', call_id: call.call_id, output: 'sunny' }],
  });
  assert.equal(second.output_text, 'Results: sunny');
});

test('a conversation is kept by the server', async () => {
  const conversation = await client.conversations.create({ metadata: { topic: 'names' } });
  assert.match(conversation.id, /^conv_/);
  await client.responses.create({ model, conversation: conversation.id, input: 'My name is Ada. [[say:Hello Ada]]' });
  const second = await client.responses.create({ model, conversation: conversation.id, input: '[[history]]' });
  assert.equal(second.output_text, 'user assistant user');
  const items = [];
  for await (const item of client.conversations.items.list(conversation.id, { order: 'asc' })) items.push(item);
  assert.equal(items.length, 4);
  assert.equal((await client.conversations.retrieve(conversation.id)).metadata.topic, 'names');
  await client.conversations.delete(conversation.id);
  await assert.rejects(client.conversations.retrieve(conversation.id), OpenAI.NotFoundError);
});

test('chat completions can go on with a conversation, streamed or not', async () => {
  const conversation = await client.conversations.create({});
  const say = (content, more = {}) =>
    client.chat.completions.create({ model, conversation_id: conversation.id, messages: [{ role: 'user', content }], ...more });
  await say('My name is Ada. [[say:Hello Ada]]');
  for await (const chunk of await say('And I am 36. [[say:Noted]]', { stream: true })) void chunk;
  const third = await say('[[history]]');
  assert.equal(third.choices[0].message.content, 'user assistant user assistant user');
});

test('a conversation that does not exist is an error before anything runs', async () => {
  await assert.rejects(
    client.chat.completions.create({ model, conversation_id: 'conv_none', messages: [{ role: 'user', content: 'hello' }] }),
    OpenAI.NotFoundError,
  );
});
