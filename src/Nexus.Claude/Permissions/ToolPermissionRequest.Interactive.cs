using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Permissions;

namespace Nexus.Claude;

/// <content>The tools that are themselves a conversation with a person.</content>
public sealed partial record ToolPermissionRequest
{
    /// <summary>The questions of <c>AskUserQuestion</c>; empty for every other tool. Answer them with <see cref="Answer"/>.</summary>
    public IReadOnlyList<UserQuestion> Questions => ToolName == "AskUserQuestion"
        ? [.. PermissionJson.Elements(PermissionJson.Member(Input, "questions")).Select(UserQuestion.Read)]
        : [];

    /// <summary>True when the model asks to leave plan mode (<c>ExitPlanMode</c>). Decide with <see cref="ApprovePlan"/> or a denial that says what to change.</summary>
    public bool IsPlan => ToolName == "ExitPlanMode";

    /// <summary>The plan, in Markdown; null when this is no plan or the model has written none.</summary>
    public string? Plan => IsPlan ? InputText("plan") : null;

    /// <summary>Answers <see cref="Questions"/>.</summary>
    /// <param name="answers">The answers; questions without one are left unanswered.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="InvalidOperationException">The tool asks no questions.</exception>
    /// <exception cref="ArgumentException">An answer is to a question that was not asked.</exception>
    public PermissionDecision Answer(params IEnumerable<UserAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (Questions.Count == 0)
            throw new InvalidOperationException($"The tool {ToolName} asks no questions.");
        var texts = new JsonObject();
        var annotations = new JsonObject();
        foreach (var answer in answers)
        {
            if (!Questions.Any(question => question.Text == answer.Question))
                throw new ArgumentException($"The question '{answer.Question}' was not asked.", nameof(answers));
            texts[answer.Question] = answer.Text;
            if (answer.Notes is not null || answer.Preview is not null)
                annotations[answer.Question] = Annotation(answer);
        }

        var input = JsonObject.Create(Input.Clone())!;
        input["answers"] = texts;
        if (annotations.Count > 0)
            input["annotations"] = annotations;
        return PermissionDecision.AllowWith(input);
    }

    /// <summary>Lets the model leave plan mode and carry out its plan.</summary>
    /// <param name="mode">The permission mode to go on in; null for the one from before.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="InvalidOperationException">The tool is not <c>ExitPlanMode</c>.</exception>
    public PermissionDecision ApprovePlan(PermissionMode? mode = null)
    {
        if (!IsPlan)
            throw new InvalidOperationException($"The tool {ToolName} presents no plan.");
        return PermissionDecision.Allow(null, mode is { } next ? [new SetModeUpdate(next)] : null);
    }

    private static JsonObject Annotation(UserAnswer answer)
    {
        var annotation = new JsonObject();
        if (answer.Preview is not null)
            annotation["preview"] = answer.Preview;
        if (answer.Notes is not null)
            annotation["notes"] = answer.Notes;
        return annotation;
    }
}

/// <summary>A question of the model to the user.</summary>
/// <param name="Text">The question.</param>
/// <param name="Header">A label of a word or two.</param>
/// <param name="Options">What can be chosen. An answer may also be a text of the user's own.</param>
/// <param name="IsMultiSelect">True when several may be chosen.</param>
public sealed record UserQuestion(string Text, string Header, IReadOnlyList<UserQuestionOption> Options, bool IsMultiSelect)
{
    /// <summary>Answers the question.</summary>
    /// <param name="choices">The labels of the chosen options, or a text of the user's own.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ArgumentException">There is no choice, or several although only one is possible.</exception>
    public UserAnswer Answer(params IEnumerable<string> choices)
    {
        string[] all = [.. choices];
        if (all.Length == 0 || (all.Length > 1 && !IsMultiSelect))
            throw new ArgumentException($"The question '{Text}' takes {(IsMultiSelect ? "at least" : "exactly")} one choice; {all.Length} were given.", nameof(choices));
        var first = Options.FirstOrDefault(option => all.Length == 1 && option.Label == all[0]);
        return new UserAnswer(Text, string.Join(", ", all)) { Preview = first?.Preview };
    }

    internal static UserQuestion Read(JsonElement json) => new(
        PermissionJson.Text(json, "question") ?? "",
        PermissionJson.Text(json, "header") ?? "",
        [.. PermissionJson.Elements(PermissionJson.Member(json, "options")).Select(UserQuestionOption.Read)],
        PermissionJson.Flag(json, "multiSelect") ?? false);
}

/// <summary>One of the possible answers to a <see cref="UserQuestion"/>.</summary>
/// <param name="Label">What is chosen.</param>
/// <param name="Description">What it means.</param>
/// <param name="Preview">What it would look like, in the format of <see cref="ClaudeOptions.QuestionPreviewFormat"/>; null for none.</param>
public sealed record UserQuestionOption(string Label, string Description, string? Preview = null)
{
    internal static UserQuestionOption Read(JsonElement json) => new(
        PermissionJson.Text(json, "label") ?? "", PermissionJson.Text(json, "description") ?? "", PermissionJson.Text(json, "preview"));
}

/// <summary>The user's answer to a <see cref="UserQuestion"/>.</summary>
/// <param name="Question">The text of the question.</param>
/// <param name="Text">The label of the chosen option, several with commas between, or a text of the user's own.</param>
public sealed record UserAnswer(string Question, string Text)
{
    /// <summary>The preview of the chosen option; null for none.</summary>
    public string? Preview { get; init; }

    /// <summary>What the user adds; null for nothing.</summary>
    public string? Notes { get; init; }
}
