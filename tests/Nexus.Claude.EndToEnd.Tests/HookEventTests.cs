using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Hooks;
using Nexus.Claude.Protocol;
using Nexus.Claude.Testing;
using static Nexus.Claude.Tests.EndToEnd.ToolTests;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Every event that the real CLI can be made to send to a callback, and what its answer does. docs/hooks.md has the same list.</summary>
internal sealed class HookEventTests
{
    [Test]
    public async Task UserPromptSubmit_adds_context_beside_the_prompt([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();

        await cli.RunAsync(entry, "Hello", options => options.Hooks.On(
            HookEvent.UserPromptSubmit, input => UserPromptSubmitHookOutput.AddContext($"CONTEXT for {input.Prompt}")));

        Assert.That(cli.Api.ConversationRequests[0].Body.GetProperty("messages").GetRawText(), Does.Contain("CONTEXT for Hello"));
        Assert.That(cli.Api.ConversationRequests[0].Body.GetProperty("system").GetRawText(), Does.Not.Contain("CONTEXT for Hello"));
    }

    [Test]
    public async Task UserPromptSubmit_blocks_a_prompt_before_the_model_sees_it([Values] Entry entry, [Values] bool fails)
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await cli.RunAsync(entry, "Hello", options => options.Hooks.On(
            HookEvent.UserPromptSubmit, _ => fails ? throw new InvalidOperationException("REASON-7") : UserPromptSubmitHookOutput.Block("REASON-7")));

        Assert.That(cli.Api.ConversationRequests, Is.Empty);
        Assert.That(messages.Result().Text, Does.Contain("REASON-7"));
        Assert.That(messages.Result().NumTurns, Is.Zero);
    }

    [Test]
    public async Task UserPromptSubmit_that_hangs_blocks_the_prompt_and_the_next_one_runs()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.Hooks.On(
            HookEvent.UserPromptSubmit,
            async (input, cancellationToken) =>
            {
                if (input.Prompt == "hang")
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                return null;
            },
            timeout: TimeSpan.FromMilliseconds(200)));

        var blocked = await RealCli.ReadAsync(client.SendAsync("hang", cli.Deadline));
        await client.AskAsync("go", cli.Deadline);

        Assert.That(blocked.Result().Text, Does.Contain("did not answer within 0.2 s"));
        Assert.That(cli.Api.ConversationRequests.Single().LastUserText, Is.EqualTo("go"));
    }

    [Test]
    public async Task UserPromptExpansion_is_called_for_a_command_and_blocks_it()
    {
        await using var cli = await RealCli.StartAsync();
        Directory.CreateDirectory(cli.PathOf(".claude/commands"));
        await File.WriteAllTextAsync(cli.PathOf(".claude/commands/hi.md"), "Say hi to $ARGUMENTS");
        var seen = new ConcurrentQueue<UserPromptExpansionHookInput>();

        var messages = await cli.QueryAsync("/hi there", options => options.Hooks.On(HookEvent.UserPromptExpansion, "hi", input =>
        {
            seen.Enqueue(input);
            return UserPromptExpansionHookOutput.Block("REASON-7");
        }));

        Assert.That(seen.Single().CommandArguments, Is.EqualTo("there"));
        Assert.That(seen.Single().ExpansionType, Is.EqualTo("slash_command"));
        Assert.That(cli.Api.ConversationRequests, Is.Empty);
        Assert.That(messages.OfType<InformationalMessage>().Single().Content, Does.Contain("REASON-7"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "The Bash tool needs a Unix shell.")]
    public async Task PostToolUse_replaces_what_the_model_sees_and_adds_context()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"echo secret"}"""));
        PostToolUseHookInput? seen = null;

        await cli.QueryAsync("Go", options =>
        {
            options.AllowedTools = ["Bash"];
            options.Hooks.On(HookEvent.PostToolUse, "Bash", input =>
            {
                seen = input;
                var output = JsonObject.Create(input.ToolResponse!.Value)!;
                output["stdout"] = "REDACTED";
                return new PostToolUseHookOutput { UpdatedToolOutput = output, AdditionalContext = "CONTEXT-7" };
            });
        });

        var told = cli.Api.ConversationRequests[1].Body.GetProperty("messages").GetRawText();
        Assert.That(seen!.ToolResponse!.Value.GetProperty("stdout").GetString(), Is.EqualTo("secret"));
        Assert.That(seen.Duration, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(cli.Api.ConversationRequests[1].ToolResults.Single().GetRawText(), Does.Contain("REDACTED").And.Not.Contain("secret"));
        Assert.That(told, Does.Contain("CONTEXT-7"));
    }

    [Test]
    public async Task PostToolUseFailure_and_PostToolBatch_tell_the_model_more()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Read", Json(("file_path", cli.PathOf("absent.txt")))));
        PostToolUseFailureHookInput? failure = null;
        PostToolBatchHookInput? batch = null;

        await cli.QueryAsync("Go", options => options.Hooks
            .On(HookEvent.PostToolUseFailure, input =>
            {
                failure = input;
                return new PostToolUseFailureHookOutput { AdditionalContext = "FAILURE-7" };
            })
            .On(HookEvent.PostToolBatch, input =>
            {
                batch = input;
                return new PostToolBatchHookOutput { AdditionalContext = "BATCH-7" };
            }));

        var told = cli.Api.ConversationRequests[1].Body.GetProperty("messages").GetRawText();
        Assert.That(failure!.Error, Does.Contain("does not exist"));
        Assert.That(batch!.ToolCalls.Single().ToolName, Is.EqualTo("Read"));
        Assert.That(told, Does.Contain("FAILURE-7").And.Contain("BATCH-7"));
    }

    [Test]
    public async Task A_failing_hook_that_guards_nothing_does_not_disturb_and_a_block_after_the_batch_ends_the_turn()
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("a.txt"), "content");
        cli.Api.Enqueue(ScriptedReply.ToolUse("Read", Json(("file_path", cli.PathOf("a.txt")))));
        cli.Api.Enqueue(ScriptedReply.ToolUse("Read", Json(("file_path", cli.PathOf("a.txt")))));
        var batches = 0;

        await cli.QueryAsync("Go", options => options.Hooks
            .On(HookEvent.PostToolUse, _ => throw new InvalidOperationException("oops"))
            .On(HookEvent.PostToolBatch, _ => ++batches == 2 ? PostToolBatchHookOutput.Block("enough") : throw new InvalidOperationException("oops")));

        Assert.That(cli.Api.ConversationRequests[1].ToolResults.Single().GetRawText(), Does.Contain("content"));
        Assert.That(cli.Api.ConversationRequests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Stop_makes_the_model_go_on_once([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("one"));
        cli.Api.Enqueue(ScriptedReply.Text("two"));
        var seen = new ConcurrentQueue<StopHookInput>();

        var messages = await cli.RunAsync(entry, "Go", options => options.Hooks.On(HookEvent.Stop, input =>
        {
            seen.Enqueue(input);
            return input.StopHookActive ? null : StopHookOutput.Block("MORE-7");
        }));

        Assert.That(seen.Select(input => input.LastAssistantMessage), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(cli.Api.ConversationRequests[1].LastUserText, Does.Contain("MORE-7"));
        Assert.That(messages.Result().Text, Is.EqualTo("two"));
    }

    [Test]
    public async Task StopFailure_is_called_when_the_API_refuses()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Error(400), times: 10);
        StopFailureHookInput? seen = null;

        await cli.QueryAsync("Go", options => options.Hooks.On(HookEvent.StopFailure, input =>
        {
            seen = input;
            return null;
        }));

        Assert.That(seen!.LastAssistantMessage, Does.Contain("400"));
        Assert.That(seen.Error.Value, Is.Not.Empty);
    }

    [Test]
    public async Task A_subagent_reads_the_context_of_SubagentStart_and_goes_on_when_SubagentStop_blocks()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.When(request => request.LastUserText.Contains("MORE-7"), ScriptedReply.Text("Sub done."));
        cli.Api.When(request => request.LastUserText.Contains("Sub prompt"), ScriptedReply.Text("Half done."));
        cli.Api.Enqueue(ScriptedReply.ToolUse("Task", """{"description":"d","prompt":"Sub prompt","subagent_type":"general-purpose"}"""));
        var seen = new ConcurrentQueue<SubagentStopHookInput>();

        await cli.QueryAsync("Go", options => options.Hooks
            .On(HookEvent.SubagentStart, "general-purpose", _ => new SubagentStartHookOutput { AdditionalContext = "START-7" })
            .On(HookEvent.SubagentStop, "general-purpose", input =>
            {
                seen.Enqueue(input);
                return input.StopHookActive ? null : SubagentStopHookOutput.Block("MORE-7");
            }));

        Assert.That(seen.Select(input => input.LastAssistantMessage), Is.EqualTo(new[] { "Half done.", "Sub done." }));
        Assert.That(seen.First().AgentTranscriptPath, Does.EndWith(".jsonl"));
        Assert.That(cli.Api.Requests.Select(request => request.Body.ValueKind == JsonValueKind.Object ? request.Body.GetRawText() : ""), Has.Some.Contains("START-7"));
    }

    [Test]
    public async Task Compaction_calls_PreCompact_SessionStart_and_PostCompact()
    {
        await using var cli = await RealCli.StartAsync();
        var seen = new ConcurrentQueue<HookInput>();
        await using var client = await cli.ConnectAsync(options =>
        {
            Collect(options, seen, "PreCompact", "PostCompact");
            options.Hooks.On(HookEvent.SessionStart, "compact", input =>
            {
                seen.Enqueue(input);
                return new SessionStartHookOutput { AdditionalContext = "CONTEXT-7" };
            });
        });
        await client.AskAsync("Hello", cli.Deadline);
        await RealCli.ReadAsync(client.SendAsync("/compact be brief", cli.Deadline));
        await client.AskAsync("And now?", cli.Deadline);

        Assert.That(seen.Select(input => input.Event.Value), Is.EqualTo(new[] { "PreCompact", "SessionStart", "PostCompact" }));
        Assert.That(((PreCompactHookInput)seen.First()).CustomInstructions, Is.EqualTo("be brief"));
        Assert.That(((PostCompactHookInput)seen.Last()).Summary, Is.Not.Empty);
        Assert.That(cli.Api.ConversationRequests[^1].Body.GetProperty("messages").GetRawText(), Does.Contain("CONTEXT-7"));
    }

    [Test]
    public async Task PreCompact_keeps_the_conversation_as_it_is()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.Hooks.On(HookEvent.PreCompact, "manual", _ => PreCompactHookOutput.Block("no")));
        await client.AskAsync("Hello", cli.Deadline);

        var messages = await RealCli.ReadAsync(client.SendAsync("/compact", cli.Deadline));

        Assert.That(messages.OfType<CompactBoundaryMessage>(), Is.Empty);
        Assert.That(cli.Api.Requests.Where(request => request.Kind == RequestKind.Compaction), Is.Empty);
    }

    [Test]
    public async Task PreModelSwitch_refuses_and_PostModelSwitch_follows_what_was_not_refused([Values] bool fails)
    {
        await using var cli = await RealCli.StartAsync();
        var after = new TaskCompletionSource<PostModelSwitchHookInput>();
        await using var client = await cli.ConnectAsync(options => options.Hooks
            .On(HookEvent.PreModelSwitch, input => input.RequestedModel != "haiku" ? null
                : fails ? throw new InvalidOperationException("REASON-7") : PreModelSwitchHookOutput.Deny("REASON-7"))
            .On(HookEvent.PostModelSwitch, input =>
            {
                after.SetResult(input);
                return null;
            }));

        var refusal = await Assert.ThrowsAsync<ProtocolException>(() => client.SetModelAsync("haiku", cli.Deadline));
        await client.SetModelAsync("sonnet", cli.Deadline);

        Assert.That(refusal!.Message, Does.Contain("REASON-7"));
        var input = await after.Task.WaitAsync(cli.Deadline);
        Assert.That(input.RequestedModel, Is.EqualTo("sonnet"));
        Assert.That(input.Source, Is.EqualTo("sdk"));
    }

    [Test]
    public async Task Clearing_calls_SessionEnd_and_SessionStart_but_a_start_and_an_end_of_the_CLI_do_not()
    {
        await using var cli = await RealCli.StartAsync();
        var seen = new ConcurrentQueue<HookInput>();
        await using (var client = await cli.ConnectAsync(options => Collect(options, seen, "SessionStart", "SessionEnd", "Setup", "CwdChanged")))
        {
            await client.AskAsync("Hello", cli.Deadline);
            Assert.That(seen, Is.Empty, "nothing at the start");
            await RealCli.ReadAsync(client.SendAsync("/clear", cli.Deadline));
            await client.AskAsync("Hello", cli.Deadline);
        }

        Assert.That(seen.Select(input => input.Event.Value), Is.EqualTo(new[] { "SessionEnd", "SessionStart" }), "and nothing at the end");
        Assert.That(((SessionEndHookInput)seen.First()).Reason, Is.EqualTo("clear"));
        Assert.That(((SessionStartHookInput)seen.Last()).Source, Is.EqualTo("clear"));
    }

    [Test]
    public async Task InstructionsLoaded_names_the_file_that_a_tool_came_across()
    {
        await using var cli = await RealCli.StartAsync();
        Directory.CreateDirectory(cli.PathOf("part"));
        await File.WriteAllTextAsync(cli.PathOf("part/CLAUDE.md"), "Be kind.");
        await File.WriteAllTextAsync(cli.PathOf("part/notes.txt"), "Some notes.");
        cli.Api.Enqueue(ScriptedReply.ToolUse("Read", Json(("file_path", cli.PathOf("part/notes.txt")))));
        var told = new TaskCompletionSource<InstructionsLoadedHookInput>(TaskCreationOptions.RunContinuationsAsynchronously);

        await using var client = await cli.ConnectAsync(options => options.Hooks.On(HookEvent.InstructionsLoaded, input =>
        {
            told.TrySetResult(input);
            return null;
        }));
        await client.AskAsync("Read", cli.Deadline);

        // The CLI tells it beside the turn and waits for nobody, so the turn may be over first.
        var loaded = await told.Task.WaitAsync(cli.Deadline);
        Assert.That(loaded.FilePath, Is.EqualTo(cli.PathOf("part/CLAUDE.md")));
        Assert.That(loaded.MemoryType, Is.EqualTo("Project"));
        Assert.That(loaded.LoadReason, Is.EqualTo("nested_traversal"));
        Assert.That(loaded.TriggerFilePath, Is.EqualTo(cli.PathOf("part/notes.txt")));
    }

    [Test]
    public async Task InstructionsLoaded_names_the_file_of_the_folder_when_a_conversation_begins_anew()
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("CLAUDE.md"), "Be kind.");
        var seen = new ConcurrentQueue<InstructionsLoadedHookInput>();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cleared = false;

        await using var client = await cli.ConnectAsync(options => options.Hooks.On(HookEvent.InstructionsLoaded, input =>
        {
            seen.Enqueue(input);
            if (Volatile.Read(ref cleared))
                told.TrySetResult();
            return null;
        }));
        await client.AskAsync("Hello", cli.Deadline);
        Volatile.Write(ref cleared, true);
        await RealCli.ReadAsync(client.SendAsync("/clear", cli.Deadline));
        await client.AskAsync("Hello", cli.Deadline);
        await told.Task.WaitAsync(cli.Deadline);

        Assert.That(seen.Last().FilePath, Is.EqualTo(cli.PathOf("CLAUDE.md")));
        Assert.That(seen.Last().LoadReason, Is.EqualTo("session_start"));
    }

    [Test]
    public async Task MessageDisplay_changes_what_is_handed_out_and_not_what_the_model_has_said()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("The answer."));
        var seen = new ConcurrentQueue<MessageDisplayHookInput>();
        await using var client = await cli.ConnectAsync(options => options.Hooks.On(HookEvent.MessageDisplay, input =>
        {
            seen.Enqueue(input);
            return new MessageDisplayHookOutput { DisplayContent = "Something else." };
        }));

        var messages = await RealCli.ReadAsync(client.SendAsync("Hello", cli.Deadline));
        await client.AskAsync("Again", cli.Deadline);

        Assert.That(seen.First().Delta, Is.EqualTo("The answer."));
        Assert.That(seen.First().IsFinal);
        Assert.That(messages.Result().Text, Is.EqualTo("Something else."));
        Assert.That(messages.AssistantText(), Is.EqualTo("Something else."));
        Assert.That(cli.Api.ConversationRequests[^1].Body.GetProperty("messages").GetRawText(), Does.Contain("The answer.").And.Not.Contain("Something else."));
    }

    [Test]
    public async Task PermissionRequest_answers_in_the_place_of_the_user([Values] bool allows)
    {
        await using var cli = await RealCli.StartAsync();
        var path = cli.PathOf("hello.txt");
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", Json(("file_path", path), ("content", "Hello."))));
        PermissionRequestHookInput? seen = null;

        await cli.QueryAsync("Go", options =>
        {
            options.PermissionMode = PermissionMode.Default;
            options.Hooks.On(HookEvent.PermissionRequest, "Write", input =>
            {
                seen = input;
                return allows ? PermissionRequestHookOutput.Allow(updatedPermissions: input.PermissionSuggestions) : PermissionRequestHookOutput.Deny("REASON-7");
            });
        });

        Assert.That(File.Exists(path), Is.EqualTo(allows));
        Assert.That(seen!.PermissionSuggestions, Is.Not.Empty);
        if (!allows)
            Assert.That(cli.Api.ConversationRequests[1].ToolResults.Single().GetRawText(), Does.Contain("REASON-7"));
    }

    [Test]
    public async Task PermissionRequest_that_fails_denies()
    {
        await using var cli = await RealCli.StartAsync();
        var path = cli.PathOf("hello.txt");
        cli.Api.Enqueue(ScriptedReply.ToolUse("Write", Json(("file_path", path), ("content", "Hello."))));

        await cli.QueryAsync("Go", options =>
        {
            options.PermissionMode = PermissionMode.Default;
            options.Hooks.On(HookEvent.PermissionRequest, _ => throw new InvalidOperationException("REASON-7"));
        });

        Assert.That(File.Exists(path), Is.False);
        Assert.That(cli.Api.ConversationRequests[1].ToolResults.Single().GetRawText(), Does.Contain("REASON-7"));
    }

    [Test]
    public async Task A_question_of_an_MCP_server_calls_Elicitation_ElicitationResult_and_Notification()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__asking__ask", "{}"));
        var seen = new ConcurrentQueue<HookInput>();

        await cli.QueryAsync("Go", options =>
        {
            options.McpServers["asking"] = AskingMcpServer.Definition;
            options.AllowedTools = ["mcp__asking"];
            Collect(options, seen, "Elicitation", "ElicitationResult", "Notification");
        });

        Assert.That(seen.Select(input => input.Event.Value), Is.EqualTo(new[] { "Elicitation", "ElicitationResult", "Notification" }));
        Assert.That(((ElicitationHookInput)seen.First()).Message, Is.EqualTo("Which colour?"));
        Assert.That(((ElicitationHookInput)seen.First()).RequestedSchema!.Value.GetProperty("properties").TryGetProperty("colour", out _));
        Assert.That(((NotificationHookInput)seen.Last()).NotificationType, Is.EqualTo("elicitation_response"));
    }

    [Test]
    public async Task A_question_of_an_MCP_server_is_refused_by_a_hook_although_the_user_would_answer([Values] bool afterwards, [Values] bool fails)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__asking__ask", "{}"));
        var options = cli.NewOptions(options =>
        {
            options.McpServers["asking"] = AskingMcpServer.Definition;
            options.AllowedTools = ["mcp__asking"];
            if (afterwards)
                options.Hooks.On(HookEvent.ElicitationResult, _ => fails ? throw new InvalidOperationException("oops") : ElicitationResultHookOutput.Decline("no"));
            else
                options.Hooks.On(HookEvent.Elicitation, "asking", _ => fails ? throw new InvalidOperationException("oops") : ElicitationHookOutput.Decline("no"));
        });
        var user = new AnsweringUser();
        var features = SessionFeatures.For(options);
        ((IList<ISessionFeature>)features.All).Add(user);
        var start = await SessionStart.StartAsync(options, features, singleStream: false, cli.Deadline);
        await using var session = start.Session;
        await start.InitializeAsync(cli.Deadline);

        await RealCli.ReadAsync(session.Send("Go", cli.Deadline));

        Assert.That(user.WasAsked, Is.EqualTo(afterwards));
        Assert.That(cli.Api.ConversationRequests[1].ToolResults.Single().GetRawText(), Does.Contain("decline").And.Not.Contain("blue"));
    }

    [Test]
    public async Task Tasks_call_TaskCreated_and_TaskCompleted_and_a_block_keeps_one_off_the_list()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("TaskCreate", """{"subject":"First","description":"Do it"}"""));
        cli.Api.Enqueue(ScriptedReply.ToolUse("TaskUpdate", """{"taskId":"1","status":"completed"}"""));
        cli.Api.Enqueue(ScriptedReply.ToolUse("TaskCreate", """{"subject":"Second","description":"Do it"}"""));
        var completed = new ConcurrentQueue<TaskCompletedHookInput>();

        await cli.QueryAsync("Go", options =>
        {
            options.AllowedTools = ["TaskCreate", "TaskUpdate"];
            options.Hooks
                .On(HookEvent.TaskCreated, input => input.TaskSubject == "Second" ? TaskCreatedHookOutput.Block("REASON-7") : null)
                .On(HookEvent.TaskCompleted, input =>
                {
                    completed.Enqueue(input);
                    return null;
                });
        });

        Assert.That(completed.Single().TaskSubject, Is.EqualTo("First"));
        Assert.That(cli.Api.ConversationRequests[3].ToolResults.Single().GetRawText(), Does.Contain("REASON-7"));
    }

    [Test]
    public async Task A_hook_makes_and_removes_a_worktree()
    {
        await using var cli = await RealCli.StartAsync();
        var made = cli.PathOf("made");
        cli.Api.Enqueue(ScriptedReply.ToolUse("EnterWorktree", """{"name":"wt1"}"""));
        cli.Api.Enqueue(ScriptedReply.ToolUse("ExitWorktree", """{"action":"remove","discard_changes":true}"""));

        await cli.QueryAsync("Go", options =>
        {
            options.AllowedTools = ["EnterWorktree", "ExitWorktree"];
            options.Hooks
                .On(HookEvent.WorktreeCreate, _ => new WorktreeCreateHookOutput { WorktreePath = Directory.CreateDirectory(made).FullName })
                .On(HookEvent.WorktreeRemove, input =>
                {
                    Directory.Delete(input.WorktreePath, recursive: true);
                    return null;
                });
        });

        Assert.That(cli.Api.ConversationRequests[1].ToolResults.Single().GetRawText(), Does.Contain("made"));
        Assert.That(Directory.Exists(made), Is.False);
    }

    [Test]
    public async Task FileChanged_follows_the_paths_that_a_hook_wants_watched()
    {
        await using var cli = await RealCli.StartAsync();
        var path = cli.PathOf("watched.txt");
        await File.WriteAllTextAsync(path, "1");
        var changed = new TaskCompletionSource<FileChangedHookInput>();
        await using var client = await cli.ConnectAsync(options => options.Hooks
            .On(HookEvent.SessionStart, _ => new SessionStartHookOutput { WatchPaths = [path] })
            .On(HookEvent.FileChanged, input =>
            {
                changed.TrySetResult(input);
                return null;
            }));
        await client.AskAsync("Hello", cli.Deadline);
        await RealCli.ReadAsync(client.SendAsync("/clear", cli.Deadline));

        // The watch begins somewhat later than the command ends, and nothing says when.
        for (var i = 2; !changed.Task.IsCompleted; i++)
        {
            await File.WriteAllTextAsync(path, $"{i}", cli.Deadline);
            await Task.WhenAny(changed.Task, Task.Delay(1000, cli.Deadline));
        }

        Assert.That((await changed.Task).FilePath, Is.EqualTo(path));
        Assert.That((await changed.Task).Change, Is.EqualTo("change"));
    }

    [Test]
    public async Task ConfigChange_keeps_a_change_of_the_settings_from_taking_effect([Values] bool blocks)
    {
        await using var cli = await RealCli.StartAsync();
        Directory.CreateDirectory(cli.PathOf(".claude"));
        var settings = cli.PathOf(".claude/settings.json");
        await File.WriteAllTextAsync(settings, "{}");
        await File.WriteAllTextAsync(cli.PathOf("a.txt"), "content");
        var changed = new TaskCompletionSource<ConfigChangeHookInput>();
        await using var client = await cli.ConnectAsync(options => options.Hooks.On(HookEvent.ConfigChange, "project_settings", input =>
        {
            changed.TrySetResult(input);
            return blocks ? throw new InvalidOperationException("REASON-7") : null;
        }));
        await client.AskAsync("Hello", cli.Deadline);

        await File.WriteAllTextAsync(settings, """{"permissions":{"deny":["Read"]}}""", cli.Deadline);
        Assert.That((await changed.Task.WaitAsync(cli.Deadline)).FilePath, Is.EqualTo(settings));

        // The change takes effect somewhat later than the hook has answered, and nothing says when.
        for (var left = blocks ? 3 : 100; left > 0; left--)
        {
            cli.Api.Enqueue(ScriptedReply.ToolUse("Read", Json(("file_path", cli.PathOf("a.txt")))));
            await client.AskAsync("Go", cli.Deadline);
            var read = cli.Api.ConversationRequests[^1].ToolResults.Single().GetRawText();
            if (!blocks && read.Contains("denied", StringComparison.Ordinal))
                return;
            Assert.That(read, Does.Contain("content"));
        }

        Assert.That(blocks, "the change never took effect");
    }

    [Test]
    public async Task DirectoryAdded_is_called_and_the_CLI_says_of_every_event_whether_it_takes_a_matcher()
    {
        await using var cli = await RealCli.StartAsync();
        var other = Directory.CreateDirectory(cli.PathOf("other")).FullName;
        var called = new TaskCompletionSource<DirectoryAddedHookInput>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = cli.NewOptions(options => options.Hooks.On(HookEvent.DirectoryAdded, input =>
        {
            called.TrySetResult(input);
            return null;
        }));
        var start = await SessionStart.StartAsync(options, SessionFeatures.For(options), singleStream: false, cli.Deadline);
        await using var session = start.Session;
        await start.InitializeAsync(cli.Deadline);

        await session.Control.RequestAsync("register_repo_root", json => json.WriteString("directory", other), TimeSpan.FromSeconds(60), cli.Deadline);
        var listing = await session.Control.RequestAsync("get_hooks_listing", null, TimeSpan.FromSeconds(60), cli.Deadline);

        // The CLI does not wait for this hook before it answers.
        Assert.That((await called.Task.WaitAsync(cli.Deadline)).Directory, Is.EqualTo(other));
        var catalog = listing.Parse().GetProperty("eventCatalog").EnumerateArray().ToDictionary(
            entry => entry.GetProperty("name").GetString()!, entry => entry.GetProperty("supportsMatcher").GetBoolean());
        Assert.That(catalog.Keys, Is.EquivalentTo(HookEvents.Names));
        foreach (var (name, takesMatcher) in catalog)
            Assert.That(HookEvents.Find(name)!.TakesMatcher, Is.EqualTo(takesMatcher), name);
    }

    /// <summary>Answers every question.</summary>
    private sealed class AnsweringUser : ISessionFeature
    {
        public IReadOnlyCollection<string> Subtypes => ["elicitation"];

        public bool WasAsked { get; private set; }

        public Task<InboundReply> AnswerAsync(InboundRequest request, CancellationToken cancellationToken)
        {
            WasAsked = true;
            return Task.FromResult(InboundReply.Success(static json => json.WriteRawValue("""{"action":"accept","content":{"colour":"blue"}}""")));
        }
    }

    private static void Collect(ClaudeOptions options, ConcurrentQueue<HookInput> seen, params string[] events)
    {
        foreach (var name in events)
        {
            options.Hooks.On(new HookEvent(name), input =>
            {
                seen.Enqueue(input);
                return null;
            });
        }
    }
}
