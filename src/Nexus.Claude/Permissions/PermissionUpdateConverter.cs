using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude.Permissions;

/// <summary>Reads and writes any <see cref="PermissionUpdate"/> without reflection.</summary>
internal sealed class PermissionUpdateConverter : JsonConverter<PermissionUpdate>
{
    public override PermissionUpdate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PermissionUpdate.Read(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, PermissionUpdate value, JsonSerializerOptions options) => value.Write(writer);
}
