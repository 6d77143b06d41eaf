using Nexus.Claude.Testing.Cli;

const int WrongUse = 64;
const int WrongData = 65;
const int Abandoned = 70;

if (args is [Grandchild.Argument, _, _])
    return Grandchild.Run(args);

Script script;
try
{
    script = Script.Load();
}
catch (ScriptException e)
{
    Console.Error.WriteLine($"scripted-claude: {e.Message}");
    return WrongUse;
}

if (args is ["--version"] or ["-v"])
{
    Console.WriteLine($"{script.Version} (Claude Code)");
    return 0;
}

using var recorder = new Recorder(script.RecordDirectory);
using var signals = new Signals();
var session = new Session(args, script.Version);
var output = new Output();
var desk = new ControlDesk(session, output);
var inbox = new Inbox(recorder);
var player = new Player(script, session, inbox, output, desk, new Conversation(session, output), recorder, signals);

// A test that fails to stop this program must not leave it behind for ever.
using var ceiling = new Timer(_ => Environment.Exit(Abandoned), null, TimeSpan.FromMinutes(5), Timeout.InfiniteTimeSpan);

desk.SessionEnded = () => player.Exit(0);
signals.Register(recorder, player.Exit);
try
{
    if (script.ReadsInput)
        inbox.Start(desk.Offer);
    recorder.Start(args, script.RecordedVariables);
    player.Play();
    return player.ExitCode;
}
catch (OutputClosedException)
{
    recorder.Write("output_lost");
    return 1;
}
catch (ScriptException e)
{
    player.WriteError($"scripted-claude: {e.Message}\n");
    return WrongUse;
}
catch (ReplayException e)
{
    player.WriteError($"scripted-claude: {e.Message}\n");
    return WrongData;
}
