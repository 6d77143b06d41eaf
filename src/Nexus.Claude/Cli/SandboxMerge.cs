using System.Text.Json.Nodes;

namespace Nexus.Claude.Cli;

/// <summary>
/// Puts the sandbox of the options over the sandbox of the settings. The options win, but a restriction is never lost: deny lists are
/// joined, a deny beats a mask, and what would switch the new restrictions off is taken out.
/// </summary>
internal static class SandboxMerge
{
    public static JsonObject Merge(JsonObject? settings, JsonObject options)
    {
        var merged = (JsonObject?)settings?.DeepClone() ?? [];
        Prepare(merged, options);
        Overlay(merged, options, "");
        if (IsTrue(options["enabled"]) && merged["failIfUnavailable"] is null)
            merged["failIfUnavailable"] = true;
        return merged;
    }

    private static void Prepare(JsonObject merged, JsonObject options)
    {
        bool restrictsFiles = options["filesystem"] is not null || DeniesAFile(options);
        if (restrictsFiles && merged["filesystem"] is JsonObject filesystem && IsTrue(filesystem["disabled"]))
            filesystem.Remove("disabled");

        // Traffic through a proxy of the user's own is not checked against the lists.
        if (options["network"] is JsonObject network && merged["network"] is JsonObject before
            && (network["allowedDomains"] is not null || network["deniedDomains"] is JsonArray { Count: > 0 } || IsTrue(network["strictAllowlist"])))
        {
            before.Remove("httpProxyPort");
            before.Remove("socksProxyPort");
        }
    }

    private static void Overlay(JsonObject target, JsonObject source, string path)
    {
        foreach ((string name, JsonNode? value) in source)
        {
            string here = path.Length == 0 ? name : path + "." + name;
            target[name] = (target[name], value) switch
            {
                (JsonObject old, JsonObject fresh) when here is not ("ripgrep" or "network.tlsTerminate") => Overlaid(old, fresh, here),
                (JsonArray old, JsonArray fresh) when here is "filesystem.denyRead" or "filesystem.denyWrite" or "network.deniedDomains" =>
                    Union(old, fresh),
                (JsonArray old, JsonArray fresh) when here is "credentials.files" => UnionOfCredentials(old, fresh, "path"),
                (JsonArray old, JsonArray fresh) when here is "credentials.envVars" => UnionOfCredentials(old, fresh, "name"),
                _ => value?.DeepClone(),
            };
        }
    }

    private static JsonObject Overlaid(JsonObject old, JsonObject fresh, string path)
    {
        var copy = (JsonObject)old.DeepClone();
        Overlay(copy, fresh, path);
        return copy;
    }

    private static JsonArray Union(JsonArray old, JsonArray fresh)
    {
        var union = (JsonArray)old.DeepClone();
        foreach (JsonNode? item in fresh)
        {
            if (!union.Any(known => JsonNode.DeepEquals(known, item)))
                union.Add(item?.DeepClone());
        }

        return union;
    }

    private static JsonArray UnionOfCredentials(JsonArray old, JsonArray fresh, string key)
    {
        var union = (JsonArray)old.DeepClone();
        foreach (JsonNode? item in fresh)
        {
            int index = IndexOf(union, item, key);
            if (index < 0)
                union.Add(item?.DeepClone());
            else if (!IsDeny(union[index]))
                union[index] = item?.DeepClone();
        }

        return union;
    }

    private static int IndexOf(JsonArray items, JsonNode? item, string key)
    {
        for (int index = 0; index < items.Count; index++)
        {
            if (items[index] is JsonObject known && item is JsonObject wanted && JsonNode.DeepEquals(known[key], wanted[key]))
                return index;
        }

        return -1;
    }

    private static bool DeniesAFile(JsonObject options) =>
        options["credentials"] is JsonObject credentials && credentials["files"] is JsonArray files && files.Any(IsDeny);

    private static bool IsDeny(JsonNode? credential) =>
        credential is JsonObject value && value["mode"] is JsonValue mode && mode.TryGetValue(out string? text) && text == "deny";

    private static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue(out bool flag) && flag;
}
