using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A duration that the wire writes as a number of milliseconds.</summary>
internal sealed class MillisecondsConverter : JsonConverter<TimeSpan>
{
    public override bool HandleNull => true;

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireTime.Read(ref reader, TimeSpan.TicksPerMillisecond);

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        WireTime.Write(writer, value, TimeSpan.TicksPerMillisecond);
}

/// <summary>A duration that the wire writes as a number of seconds.</summary>
internal sealed class SecondsConverter : JsonConverter<TimeSpan>
{
    public override bool HandleNull => true;

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireTime.Read(ref reader, TimeSpan.TicksPerSecond);

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        WireTime.Write(writer, value, TimeSpan.TicksPerSecond);
}

/// <summary>An instant that the wire writes as milliseconds since 1970.</summary>
internal sealed class UnixMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireTime.ReadInstant(ref reader, TimeSpan.TicksPerMillisecond);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        WireTime.Write(writer, value - DateTimeOffset.UnixEpoch, TimeSpan.TicksPerMillisecond);
}

/// <summary>An instant that the wire writes as seconds since 1970.</summary>
internal sealed class UnixSecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireTime.ReadInstant(ref reader, TimeSpan.TicksPerSecond);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        WireTime.Write(writer, value - DateTimeOffset.UnixEpoch, TimeSpan.TicksPerSecond);
}

/// <summary>Numbers of a unit of time.</summary>
internal static class WireTime
{
    internal static TimeSpan Read(ref Utf8JsonReader reader, long ticksPerUnit)
    {
        // decimal, not double: 0.1 of a unit must be written as 0.1 again.
        var units = LenientNumber.ReadDecimal(ref reader);
        if (Math.Abs(units) > long.MaxValue / ticksPerUnit - 1)
            throw new JsonException("The time is out of range.");
        return new TimeSpan((long)(units * ticksPerUnit));
    }

    internal static DateTimeOffset ReadInstant(ref Utf8JsonReader reader, long ticksPerUnit)
    {
        var sinceEpoch = Read(ref reader, ticksPerUnit);
        if (sinceEpoch > DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch
            || sinceEpoch < DateTimeOffset.MinValue - DateTimeOffset.UnixEpoch)
            throw new JsonException("The time is out of range.");
        return DateTimeOffset.UnixEpoch + sinceEpoch;
    }

    internal static void Write(Utf8JsonWriter writer, TimeSpan value, long ticksPerUnit)
    {
        var (units, rest) = Math.DivRem(value.Ticks, ticksPerUnit);
        if (rest == 0)
            writer.WriteNumberValue(units);
        else
            writer.WriteNumberValue((decimal)value.Ticks / ticksPerUnit);
    }
}
