using System.Collections;
using System.Reflection;
using System.Text.Json;

namespace Nexus.Claude.Tests.Messages;

/// <summary>Reads everything that a message offers.</summary>
internal static class ObjectGraph
{
    /// <summary>Every record in the message, found through its public properties, with the path to it. Reading them must not throw.</summary>
    internal static IEnumerable<(string Path, object Record)> Walk(object value, string? path = null)
    {
        path ??= value.GetType().Name;
        yield return (path, value);
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0 || property.Name == "EqualityContract")
                continue;
            var items = property.GetValue(value) switch
            {
                null or string or RawJson => [],
                JsonElement element => Touch(element),
                IDictionary or IDictionary<string, JsonElement> => [],
                IEnumerable list => list.Cast<object?>().OfType<object>(),
                var single => [single],
            };
            foreach (var item in items.Where(item => item.GetType().Namespace == typeof(ClaudeMessage).Namespace && !item.GetType().IsEnum))
            {
                foreach (var inner in Walk(item, $"{path}.{property.Name}"))
                    yield return inner;
            }
        }
    }

    private static object[] Touch(JsonElement element)
    {
        _ = element.GetRawText();
        return [];
    }
}
