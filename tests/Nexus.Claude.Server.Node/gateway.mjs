// Where the gateway is, and the pictures and tools that the tests of all clients share.
export const baseURL = `${required('NEXUS_BASE_URL')}/v1`;
export const apiKey = process.env.NEXUS_API_KEY ?? 'not-needed-on-loopback';
export const model = process.env.NEXUS_MODEL ?? 'sonnet';

// One red pixel.
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

export const weatherTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}; tests/Nexus.Claude.Server.Tests starts these tests with it.`);
  return value;
}
