import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { apiKey, baseURL, model, png, weatherTool } from './gateway.mjs';

const client = new OpenAI({ apiKey, baseURL, maxRetries: 0 });
const ask = (content, more = {}) => client.chat.completions.create({ model, messages: [{ role: 'user', content }], ...more });

test('a chat is answered with the whole object', async () => {
  const { data: completion, response } = await ask('[[say:Hello there]]').withResponse();
  assert.match(completion.id, /^chatcmpl-/);
  assert.equal(completion.object, 'chat.completion');
  const [choice] = completion.choices;
  assert.deepEqual(
    [choice.index, choice.finish_reason, choice.logprobs, choice.message.role, choice.message.content, choice.message.refusal],
    [0, 'stop', null, 'assistant', 'Hello there', null],
  );
  assert.ok(response.headers.get('x-request-id'));
  assert.equal(completion._request_id, response.headers.get('x-request-id'));
});

test('usage is what the model used', async () => {
  const { usage } = await ask('[[usage:100,20,5,6]] [[say:ok]]');
  assert.equal(usage.prompt_tokens, 125);
  assert.equal(usage.completion_tokens, 6);
  assert.equal(usage.total_tokens, 131);
  assert.equal(usage.prompt_tokens_details.cached_tokens, 20);
});

test('a stream brings pieces, one finish reason and the usage', async () => {
  const stream = await ask('[[chunks:one |two |three]]', { stream: true, stream_options: { include_usage: true } });
  let text = '';
  const finishes = [];
  let usage;
  let ids = new Set();
  for await (const chunk of stream) {
    ids.add(chunk.id);
    assert.equal(chunk.object, 'chat.completion.chunk');
    if (chunk.choices.length === 0) usage = chunk.usage;
    else {
      assert.equal(chunk.usage, null);
      text += chunk.choices[0].delta.content ?? '';
      if (chunk.choices[0].finish_reason) finishes.push(chunk.choices[0].finish_reason);
    }
  }
  assert.equal(text, 'one two three');
  assert.deepEqual(finishes, ['stop']);
  assert.ok(usage.total_tokens > 0);
  assert.equal(ids.size, 1);
});

test('any Unicode arrives as it was', async () => {
  const words = '你好，世界 👩‍👩‍👧 שלום \u0007 end';
  const stream = await ask(`[[say:${words}]]`, { stream: true });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  assert.equal(text, words);
});

test('a tool call comes back to the client, and its result goes to the model', async () => {
  const messages = [{ role: 'user', content: '[[call:get_weather {"city":"Bern"}]]' }];
  const first = await client.chat.completions.create({ model, messages, tools: [weatherTool] });
  const [choice] = first.choices;
  assert.equal(choice.finish_reason, 'tool_calls');
  const [call] = choice.message.tool_calls;
  assert.equal(call.function.name, 'get_weather');
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Bern' });
  messages.push(choice.message, { role: 'tool', tool_call_id: call.id, content: 'sunny' });
  const second = await client.chat.completions.create({ model, messages, tools: [weatherTool] });
  assert.equal(second.choices[0].message.content, 'Results: sunny');
  assert.equal(second.choices[0].finish_reason, 'stop');
});

test('parallel calls keep their ids both ways', async () => {
  const messages = [{ role: 'user', content: '[[call:get_weather {"city":"Bern"}]] [[call:get_weather {"city":"Oslo"}]]' }];
  const first = await client.chat.completions.create({ model, messages, tools: [weatherTool] });
  const calls = first.choices[0].message.tool_calls;
  assert.equal(calls.length, 2);
  assert.notEqual(calls[0].id, calls[1].id);
  messages.push(first.choices[0].message);
  for (const call of calls.toReversed()) {
    messages.push({ role: 'tool', tool_call_id: call.id, content: `weather of ${JSON.parse(call.function.arguments).city}` });
  }
  const second = await client.chat.completions.create({ model, messages, tools: [weatherTool] });
  assert.match(second.choices[0].message.content, /weather of Bern/);
  assert.match(second.choices[0].message.content, /weather of Oslo/);
});

test('streamed calls can be put together', async () => {
  const stream = client.chat.completions.stream({
    model,
    messages: [{ role: 'user', content: '[[say:Let me look.]] [[call:get_weather {"city":"Bern"}]] [[call:get_weather {"city":"Oslo"}]]' }],
    tools: [weatherTool],
  });
  const completion = await stream.finalChatCompletion();
  assert.equal(completion.choices[0].finish_reason, 'tool_calls');
  assert.equal(completion.choices[0].message.content, 'Let me look.');
  assert.deepEqual(
    completion.choices[0].message.tool_calls.map(({ function: f }) => [f.name, JSON.parse(f.arguments).city]),
    [['get_weather', 'Bern'], ['get_weather', 'Oslo']],
  );
});

test('runTools goes through several steps', async () => {
  const cities = [];
  const runner = client.chat.completions.runTools({
    model,
    messages: [{ role: 'user', content: '[[call:get_weather {"city":"Bern"}]]' }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          parse: JSON.parse,
          parameters: weatherTool.function.parameters,
          function: ({ city }) => {
            cities.push(city);
            return city === 'Bern' ? 'ask again [[call:get_weather {"city":"Oslo"}]]' : 'snow';
          },
        },
      },
    ],
  });
  assert.equal(await runner.finalContent(), 'Results: snow');
  assert.deepEqual(cities, ['Bern', 'Oslo']);
});

test('tool_choice and parallel_tool_calls reach the model', async () => {
  const named = await ask('[[body:tool_choice]]', {
    tools: [weatherTool], tool_choice: { type: 'function', function: { name: 'get_weather' } }, parallel_tool_calls: false,
  });
  const choice = JSON.parse(named.choices[0].message.content);
  assert.equal(choice.type, 'tool');
  assert.match(choice.name, /get_weather$/);
  assert.equal(choice.disable_parallel_tool_use, true);
});

test('an answer can be held to a schema', async () => {
  const completion = await client.chat.completions.parse({
    model,
    messages: [{ role: 'user', content: '[[say:{"city":"Bern","degrees":7}]]' }],
    response_format: zodResponseFormat(z.object({ city: z.string(), degrees: z.number() }), 'weather'),
  });
  assert.deepEqual(completion.choices[0].message.parsed, { city: 'Bern', degrees: 7 });
});

test('pictures arrive as pictures', async () => {
  const completion = await client.chat.completions.create({
    model,
    messages: [{
      role: 'user',
      content: [
        { type: 'text', text: '[[images]]' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
        { type: 'image_url', image_url: { url: 'https://example.org/picture.png' } },
      ],
    }],
  });
  assert.equal(completion.choices[0].message.content, 'base64 image/png, url https://example.org/picture.png');
});

test('sampling reaches the model', async () => {
  const temperature = await ask('[[body:temperature]]', { model: 'claude-sonnet-4-5', temperature: 0.25 });
  assert.equal(temperature.choices[0].message.content, '0.25');
  const { response } = await ask('[[say:ok]]', { temperature: 0.25, seed: 7 }).withResponse();
  assert.match(response.headers.get('x-nexus-ignored-params'), /seed/);
  const stops = await ask('[[body:stop_sequences]]', { stop: 'END' });
  assert.deepEqual(JSON.parse(stops.choices[0].message.content), ['END']);
  const tokens = await ask('[[body:max_tokens]]', { max_completion_tokens: 77 });
  assert.equal(tokens.choices[0].message.content, '77');
});

test('each kind of error is the client\'s own class', async () => {
  await assert.rejects(ask('hello', { model: 'no-such-model' }), error =>
    error instanceof OpenAI.NotFoundError && error.code === 'model_not_found' && error.param === 'model');
  await assert.rejects(client.chat.completions.create({ model, messages: [] }), OpenAI.BadRequestError);
  await assert.rejects(ask('hello', { n: 2 }), error => error instanceof OpenAI.BadRequestError && error.param === 'n');
  await assert.rejects(ask('[[error:429]]'), OpenAI.RateLimitError);
  await assert.rejects(ask('[[error:500]]'), OpenAI.InternalServerError);
  await assert.rejects(ask('[[error:500]]', { stream: true }), OpenAI.InternalServerError);
});

test('a stream that breaks in its middle is an error and not an end', async () => {
  const stream = await ask('[[breaks:one two three four]]', { stream: true });
  await assert.rejects(async () => {
    for await (const chunk of stream) void chunk;
  }, OpenAI.APIError);
});

test('models are listed and found', async () => {
  const ids = [];
  for await (const each of client.models.list()) ids.push(each.id);
  assert.ok(ids.includes('sonnet'), ids.join());
  const one = await client.models.retrieve('sonnet');
  assert.deepEqual([one.id, one.object], ['sonnet', 'model']);
  await assert.rejects(client.models.retrieve('no-such-model'), OpenAI.NotFoundError);
});

test('a long chat is remembered word for word', async () => {
  const messages = [];
  for (let i = 0; i < 6; i++) messages.push({ role: 'user', content: `question ${i}` }, { role: 'assistant', content: `answer ${i}` });
  messages.push({ role: 'user', content: '[[history]]' });
  const completion = await client.chat.completions.create({ model, messages });
  assert.equal(completion.choices[0].message.content, Array.from({ length: 6 }, () => 'user assistant').join(' ') + ' user');
});
