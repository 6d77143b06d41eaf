using System.Text.Json;
using System.Text.Json.Serialization;
using DescriptionAttribute = System.ComponentModel.DescriptionAttribute;

namespace Nexus.Claude.Tests.Docs;

/// <summary>The C# blocks of docs/structured-output.md.</summary>
internal static partial class StructuredOutputSnippets
{
    [Description("An invoice as it stands in the file.")]
    internal sealed record Bill(string Number, [property: Description("With taxes, in the invoice's currency.")] decimal Total, BillStatus Status, DateOnly? Due);

    internal enum BillStatus
    {
        Open,
        Paid,
    }

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
    [JsonSerializable(typeof(Bill))]
    internal sealed partial class BillJson : JsonSerializerContext;

    internal static async Task<object> AskAsync(ClaudeOptions options)
    {
        Bill bill = await ClaudeCode.AskAsync<Bill>("Read invoice.txt", options);
        List<string> risks = await ClaudeCode.AskAsync<List<string>>("What could go wrong in this plan? One sentence each.", options);

        return (bill, risks);
    }

    internal static async Task CatchAsync(ClaudeOptions options)
    {
        try
        {
            Console.WriteLine(await ClaudeCode.AskAsync<Bill>("Read invoice.txt", options));
        }
        catch (StructuredOutputException e)
        {
            Console.WriteLine($"{e.Failure}: {e.Message}");
            foreach (var error in e.Errors)
                Console.WriteLine($"{error.Path} {error.Message}");
            Console.WriteLine($"The model said {e.Output?.GetRawText() ?? e.Result.Text}");
        }
    }

    internal static async Task<object> ConverseAsync()
    {
        var schema = OutputSchema.For<Bill>();
        await using var client = await ClaudeClient.ConnectAsync(new ClaudeOptions { OutputSchema = schema });

        Bill first = await client.AskAsync<Bill>("Read invoice-1.txt");

        var result = await client.SendAsync("Read invoice-2.txt").ResultAsync();
        Bill second = schema.Read(result);

        return (first, second);
    }

    internal static async Task<Bill> AskWithoutReflectionAsync(ClaudeOptions options)
    {
        Bill bill = await ClaudeCode.AskAsync("Read invoice.txt", BillJson.Default.Bill, options);

        return bill;
    }
}
