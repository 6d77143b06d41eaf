using System.IO.Pipelines;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Responses;

/// <summary>Writes a response that is streamed.</summary>
/// <param name="output">The body of the HTTP response.</param>
/// <param name="state">The response.</param>
/// <param name="keep">Keeps it once it is complete, before its client can ask for it.</param>
internal sealed class ResponseEncoder(PipeWriter output, ResponseState state, Func<ResponseState, ValueTask> keep) : IStreamEncoder
{
    private readonly ResponseEvents _events = new(output);
    private ResponseRun? _run;

    private ResponseRun Run => _run ??= new ResponseRun(state, _events);

    /// <inheritdoc/>
    public void Begin()
    {
        _events.Response("created", state.ToUtf8());
        _events.Response("in_progress", state.ToUtf8());
    }

    /// <inheritdoc/>
    public void Write(TurnEvent happening)
    {
        // OpenAI has no event for a response that was cancelled.
        if (happening is TurnEvent.Ended)
            _events.Response(state.Status == "cancelled" ? "incomplete" : state.Status, state.ToUtf8());
        else
            Run.Take(happening);
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(TurnEvent.Ended ended)
    {
        Run.Take(ended);
        return keep(state);
    }

    /// <inheritdoc/>
    public void Fail(GatewayException error)
    {
        state.Fail(error);
        _events.Response("failed", state.ToUtf8());
    }
}
