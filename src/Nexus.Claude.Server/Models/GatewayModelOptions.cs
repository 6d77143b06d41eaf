namespace Nexus.Claude;

/// <summary>What the gateway's clients may call models.</summary>
public sealed class GatewayModelOptions
{
    /// <summary>
    /// Further names for models: what a client may say, and the alias or id it stands for. A name that ends with <c>*</c> stands for all that begin
    /// so, for example <c>gpt-*</c> to <c>sonnet</c>. The models' own names come first. Default none.
    /// </summary>
    public IDictionary<string, string> Map { get; set => field = value ?? new Dictionary<string, string>(StringComparer.Ordinal); } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}
