import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { apiKey, baseURL, model, png } from './gateway.mjs';

const openai = createOpenAI({ apiKey, baseURL });
const providers = {
  'openai chat': openai.chat(model),
  'openai responses': openai.responses(model),
  compatible: createOpenAICompatible({ name: 'nexus', apiKey, baseURL, includeUsage: true, supportsStructuredOutputs: true }).chatModel(model),
};

const weatherTool = log => tool({
  description: 'The weather of a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    log.push(city);
    return city === 'Bern' ? 'ask again [[call:get_weather {"city":"Oslo"}]]' : 'snow';
  },
});

for (const [name, languageModel] of Object.entries(providers)) {
  const settings = { model: languageModel, maxRetries: 0 };

  test(`${name}: text and usage`, async () => {
    const { text, usage, finishReason } = await generateText({ ...settings, prompt: '[[say:Hello there]]' });
    assert.equal(text, 'Hello there');
    assert.equal(finishReason, 'stop');
    assert.ok(usage.outputTokens > 0 && usage.inputTokens > 0);
  });

  test(`${name}: a stream`, async () => {
    const result = streamText({ ...settings, prompt: '[[chunks:one |two |three]]' });
    const pieces = [];
    for await (const piece of result.textStream) pieces.push(piece);
    assert.equal(pieces.join(''), 'one two three');
    assert.ok(pieces.length > 1);
    assert.ok((await result.usage).outputTokens > 0);
  });

  test(`${name}: tools in several steps`, async () => {
    const cities = [];
    const { text, steps } = await generateText({
      ...settings,
      prompt: '[[call:get_weather {"city":"Bern"}]]',
      tools: { get_weather: weatherTool(cities) },
      stopWhen: stepCountIs(5),
    });
    assert.deepEqual(cities, ['Bern', 'Oslo']);
    assert.equal(text, 'Results: snow');
    assert.equal(steps.length, 3);
  });

  test(`${name}: parallel tools in a stream`, async () => {
    const cities = [];
    const result = streamText({
      ...settings,
      prompt: '[[call:get_weather {"city":"Oslo"}]] [[call:get_weather {"city":"Rome"}]]',
      tools: { get_weather: weatherTool(cities) },
      stopWhen: stepCountIs(3),
    });
    assert.equal(await result.text, 'Results: snow, snow');
    assert.deepEqual(cities.toSorted(), ['Oslo', 'Rome']);
  });

  test(`${name}: an object by a schema`, async () => {
    const { output } = await generateText({
      ...settings,
      prompt: '[[say:{"city":"Bern","degrees":7}]]',
      output: Output.object({ schema: z.object({ city: z.string(), degrees: z.number() }) }),
    });
    assert.deepEqual(output, { city: 'Bern', degrees: 7 });
  });

  test(`${name}: a picture`, async () => {
    const { text } = await generateText({
      ...settings,
      messages: [{ role: 'user', content: [{ type: 'text', text: '[[images]]' }, { type: 'image', image: png, mediaType: 'image/png' }] }],
    });
    assert.equal(text, 'base64 image/png');
  });

  test(`${name}: errors`, async () => {
    await assert.rejects(generateText({ ...settings, prompt: '[[error:429]]' }), error => APICallError.isInstance(error) && error.statusCode === 429);
    await assert.rejects(generateText({ ...settings, prompt: '[[error:500]]' }), error => APICallError.isInstance(error) && error.statusCode >= 500);
  });
}

test('compatible: thinking is read as reasoning', async () => {
  const compatible = createOpenAICompatible({ name: 'nexus', apiKey, baseURL }).chatModel(model);
  const { reasoningText, text } = await generateText({
    model: compatible, maxRetries: 0, prompt: '[[think:first this]] [[say:then that]]', providerOptions: { nexus: { reasoningEffort: 'high' } },
  });
  assert.equal(reasoningText, 'first this');
  assert.equal(text, 'then that');
});
