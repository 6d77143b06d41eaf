using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Background tasks and the queue of prompts, from outside.</summary>
internal sealed class TaskRequestTests
{
    [Test]
    public async Task A_command_that_the_model_waits_for_goes_into_the_background_is_read_and_stopped()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.AllowedTools = ["Bash"]);
        Run(cli, "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do echo tick $i; sleep 1; done");
        cli.Api.Enqueue(ScriptedReply.Text("It runs on."));
        var turn = client.SendAsync("Run.", cli.Deadline);
        TaskStartedMessage? started = null;
        bool unknown = true, moved = false;
        TaskOutput? running = null;
        await foreach (var message in turn)
        {
            if (message is not TaskStartedMessage task)
                continue;
            started = task;
            running = await client.GetTaskOutputAsync(task.TaskId, cli.Deadline);
            unknown = await client.BackgroundTasksAsync("toolu_unknown", cli.Deadline);
            moved = await client.BackgroundTasksAsync(task.ToolUseId, cli.Deadline);
        }

        await client.StopTaskAsync(started!.TaskId, cli.Deadline);
        var stopped = await client.GetTaskOutputAsync(started.TaskId, cli.Deadline);
        await client.DisposeAsync();
        var rest = await RealCli.ReadAsync(client.Unprompted);

        Assert.Multiple(() =>
        {
            Assert.That(running!.Output, Does.StartWith("tick 1"));
            Assert.That(running.TotalBytes, Is.EqualTo(running.Output.Length));
            Assert.That(running.IsTruncated, Is.False);
            Assert.That(unknown, Is.False);
            Assert.That(moved, Is.True);
            Assert.That(turn.ResultAsync().Result.Text, Is.EqualTo("It runs on."));
            Assert.That(stopped.Output, Does.Contain("tick 1").And.Not.Contain("tick 30"));
            Assert.That(rest.OfType<TaskNotificationMessage>().Single().Status.Value, Is.EqualTo("stopped"));
        });
    }

    [Test]
    public async Task Only_the_end_of_a_long_output_is_given()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.AllowedTools = ["Bash"]);
        Run(cli, "seq 1 5000; echo the end; sleep 60", background: true);
        cli.Api.Enqueue(ScriptedReply.Text("Started."));
        var started = (await RealCli.ReadAsync(client.SendAsync("Run.", cli.Deadline))).OfType<TaskStartedMessage>().Single();

        TaskOutput output;
        do
            output = await client.GetTaskOutputAsync(started.TaskId, cli.Deadline);
        while (!output.Output.Contains("the end", StringComparison.Ordinal));

        Assert.That(output.IsTruncated);
        Assert.That(output.Output, Has.Length.LessThanOrEqualTo(8 * 1024));
        Assert.That(output.TotalBytes, Is.GreaterThan(20_000));
    }

    [Test]
    public async Task What_is_not_there_is_no_error_to_stop_but_to_read()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        await client.StopTaskAsync("nothing", cli.Deadline);
        bool all = await client.BackgroundTasksAsync(cancellationToken: cli.Deadline);
        var refusal = await Assert.ThrowsAsync<ProtocolException>(async () => await client.GetTaskOutputAsync("nothing", cli.Deadline));

        Assert.That(all, Is.True);
        Assert.That(refusal!.RequestSubtype, Is.EqualTo("get_task_output"));
    }

    [Test]
    public async Task A_waiting_prompt_can_be_taken_out_of_the_queue_and_a_running_one_not()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("first answer").WaitFor(gate));
        var first = client.SendAsync("first prompt", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);
        var second = client.SendAsync("second prompt", cli.Deadline);

        bool waiting = await client.CancelQueuedPromptAsync(second.PromptId, cli.Deadline);
        bool running = await client.CancelQueuedPromptAsync(first.PromptId, cli.Deadline);
        bool unknown = await client.CancelQueuedPromptAsync(Guid.NewGuid().ToString(), cli.Deadline);
        gate.Open();

        Assert.That((await first.ResultAsync(cli.Deadline)).Text, Is.EqualTo("first answer"));
        await Assert.ThatAsync(async () => await second.ResultAsync(cli.Deadline), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((waiting, running, unknown), Is.EqualTo((true, false, false)));
        Assert.That(await client.AskAsync("still there?", cli.Deadline), Does.Contain("still there?"));
    }

    private static void Run(RealCli cli, string command, bool background = false) =>
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", $$"""{"command":"{{command}}","description":"counts","run_in_background":{{(background ? "true" : "false")}}}"""));
}
