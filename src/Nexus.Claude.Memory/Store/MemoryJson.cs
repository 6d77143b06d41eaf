using System.Text.Json.Serialization;

namespace Nexus.Claude.Memory.Store;

[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(MemoryMessage))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class MemoryJson : JsonSerializerContext;
