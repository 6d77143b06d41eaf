using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Benchmarks.Runner;

/// <summary>Counts and times what a run hands out.</summary>
internal sealed class Measurement(string mode, long processStart, double? startedUnixMilliseconds)
{
    private readonly List<double> _turns = [];
    private readonly List<double> _turnInits = [];
    private readonly List<double> _turnDeltas = [];
    private readonly double? _startMs = startedUnixMilliseconds is { } unix
        ? (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds - unix
        : null;

    private long _begin = processStart;
    private long _turnBegin;
    private double _beginCpu;
    private long _beginAllocated;
    private double? _init;
    private double? _delta;
    private double? _result;
    private double _resultCpu;
    private double? _firstInit;
    private double? _firstDelta;
    private double? _closed;
    private long _messages;
    private long _characters;
    private long _compiledMethods;
    private double _compilationMs;
    private string? _error;

    public void Begin()
    {
        _begin = _turnBegin = Stopwatch.GetTimestamp();
        _beginCpu = Cpu();
        _beginAllocated = GC.GetTotalAllocatedBytes();
    }

    public void BeginTurn(bool first)
    {
        if (!first)
            _turnBegin = Stopwatch.GetTimestamp();
        _init = _delta = _result = null;
    }

    public void See(ClaudeMessage message)
    {
        _messages++;
        switch (message)
        {
            case StreamEventMessage { TextDelta: { } text }:
                _characters += text.Length;
                _delta ??= Since(_turnBegin);
                break;
            case AssistantMessage assistant:
                _characters += assistant.Text.Length;
                break;
            case InitMessage:
                _init ??= Since(_turnBegin);
                break;
            case ResultMessage:
                SeeResult();
                break;
        }
    }

    /// <summary>What the turn was begun for has come.</summary>
    public void SeeResult()
    {
        _result ??= Since(_turnBegin);
        _resultCpu = Cpu();
        _compiledMethods = JitInfo.GetCompiledMethodCount();
        _compilationMs = JitInfo.GetCompilationTime().TotalMilliseconds;
    }

    public void EndTurn()
    {
        if (_result is not { } result)
            return;
        _turns.Add(result);
        _turnInits.Add(_init ?? double.NaN);
        _turnDeltas.Add(_delta ?? double.NaN);
        _firstInit ??= _init;
        _firstDelta ??= _delta;
    }

    public void Closed()
    {
        _closed = Since(_begin);
        if (_turns.Count == 0)
            EndTurn();
    }

    public void Fail(Exception failure) => _error = $"{failure.GetType().Name}: {failure.Message}";

    public string ToJson(int turns)
    {
        var wall = turns == 1 ? _result : _turns.Count > 0 ? Elapsed() : null;
        var rest = _turns.Skip(1).ToList();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("mode", mode);
            json.WriteBoolean("ok", _turns.Count == turns);
            json.WriteString("error", _error);
            json.WriteNumber("messages", _messages);
            json.WriteNumber("text_chars", _characters);
            Write(json, "wall_ms", wall ?? _closed);
            Write(json, "cpu_ms", _resultCpu - _beginCpu);
            Write(json, "close_ms", _closed - wall);
            json.WriteNumber("peak_rss_kb", PeakResidentKilobytes());
            Write(json, "start_ms", _startMs);
            Write(json, "total_cpu_ms", Cpu());
            Write(json, "alloc_mb", (GC.GetTotalAllocatedBytes() - _beginAllocated) / 1048576.0);
            json.WriteNumber("jit_methods", _compiledMethods);
            Write(json, "jit_ms", _compilationMs);
            if (turns == 1)
            {
                Write(json, "init_ms", _firstInit);
                Write(json, "first_delta_ms", _firstDelta);
                Write(json, "result_ms", _result);
            }
            else
            {
                json.WriteNumber("turns", _turns.Count);
                Write(json, "first_turn_ms", _turns.Count > 0 ? _turns[0] : null);
                Write(json, "second_turn_ms", _turns.Count > 1 ? _turns[1] : null);
                Write(json, "turn_ms", Percentile(rest, 0.5));
                Write(json, "turn_p95_ms", Percentile(rest, 0.95));
                Write(json, "turn_init_ms", Percentile(_turnInits.Skip(1), 0.5));
                Write(json, "turn_delta_ms", Percentile(_turnDeltas.Skip(1), 0.5));
                json.WriteStartArray("each_turn_ms");
                foreach (var turn in _turns)
                    json.WriteNumberValue(Math.Round(turn, 3));
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private double? Elapsed() => _turns.Count == 0 ? null : Stopwatch.GetElapsedTime(_begin, _turnBegin).TotalMilliseconds + _turns[^1];

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, Math.Round(number, 3));
        else
            json.WriteNull(name);
    }

    private static double Since(long start) => Stopwatch.GetElapsedTime(start).TotalMilliseconds;

    private static double Cpu() => Environment.CpuUsage.TotalTime.TotalMilliseconds;

    private static double? Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Where(double.IsFinite).Order().ToList();
        return sorted.Count == 0 ? null : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
    }

    private static long PeakResidentKilobytes()
    {
        const string Status = "/proc/self/status";
        if (File.Exists(Status))
        {
            var line = File.ReadLines(Status).FirstOrDefault(static each => each.StartsWith("VmHWM:", StringComparison.Ordinal));
            if (line is not null)
                return long.Parse(line.AsSpan("VmHWM:".Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1024;
    }
}
