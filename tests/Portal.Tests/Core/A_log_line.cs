using CsCheck;
using Portal.Core.Observe;
using Xunit;

namespace Portal.Tests.Core;

public sealed class A_log_line
{
    [Theory]
    [InlineData("plain\ttext", "plain\ttext")]
    [InlineData("\e[31mred\e[0m", "\e[31mred\e[0m")]
    [InlineData("\e]8;;http://evil\aclick\e]8;;\a", "]8;;http://evilclick]8;;")]
    [InlineData("\e[2J\e[Hgone", "[2J[Hgone")]
    [InlineData("over\rwrite\b\0", "overwrite")]
    [InlineData("a\u202Eb\u2066c", "abc")]
    public void Keeps_text_and_colours_alone(string raw, string shown) => Assert.Equal(shown, LogText.Clean(raw));

    [Fact]
    public void Is_bounded_and_carries_no_control_but_tabs_and_colours() => Gen.String[0, 200].Sample(raw =>
    {
        var shown = System.Text.RegularExpressions.Regex.Replace(LogText.Clean(raw), "\e\\[[0-9;]*m", "");
        Assert.DoesNotContain(shown, c => char.IsControl(c) && c != '\t');
    });

    [Fact]
    public async Task Longer_than_the_limit_is_cut_without_being_held()
    {
        using var reader = new LineReader(new MemoryStream([.. Enumerable.Repeat((byte)'x', 1_000_000), (byte)'\n', (byte)'y', (byte)'\r', (byte)'\n', (byte)'\n', (byte)'z']));
        Assert.InRange((await reader.ReadAsync(default))!.Length, LogText.MaxLength, LogText.MaxLength + 100);
        Assert.Equal(["y", "", "z", null], [await reader.ReadAsync(default), await reader.ReadAsync(default), await reader.ReadAsync(default), await reader.ReadAsync(default)]);
    }

    [Theory]
    [InlineData("2026-01-01 12:00:00 ERROR it broke", LogSeverity.Error)]
    [InlineData("warn: Kestrel[0] slow", LogSeverity.Warn)]
    [InlineData("fail: Request[1]", LogSeverity.Error)]
    [InlineData("{\"time\":1,\"level\":\"debug\",\"msg\":\"error free\"}", LogSeverity.Debug)]
    [InlineData("ts=1 level=info msg=\"no ERROR_CODE here\"", LogSeverity.Info)]
    [InlineData("[Error] bad", LogSeverity.Error)]
    [InlineData("there was no error and no warning", null)]
    [InlineData("GET /error 200", null)]
    [InlineData("", null)]
    public void Says_how_grave_it_calls_itself(string line, LogSeverity? level) => Assert.Equal(level, LogSeverities.Of(line));

    [Theory]
    [InlineData("timeout", false, false, true)]
    [InlineData("TIMEOUT", false, false, true)]
    [InlineData("TIMEOUT", false, true, false)]
    [InlineData("time.*4\\d", true, false, true)]
    [InlineData("^Timeout", true, false, false)]
    [InlineData("time out", false, false, false)]
    public void Passes_when_it_holds_what_is_searched(string search, bool pattern, bool matchCase, bool passes) =>
        Assert.Equal(passes, Filter(new() { Search = search, Pattern = pattern, MatchCase = matchCase }).Passes(Line("a \e[31mTime\e[0mout after 42 ms")));

    [Fact]
    public void Passes_by_its_time_and_its_gravity()
    {
        var filter = Filter(new() { Since = Noon, Until = Noon.AddMinutes(1), Level = LogSeverity.Warn });
        Assert.True(filter.Passes(Line("x", Noon) with { Level = LogSeverity.Error }));
        Assert.False(filter.Passes(Line("x", Noon.AddSeconds(-1)) with { Level = LogSeverity.Error }));
        Assert.False(filter.Passes(Line("x", Noon.AddMinutes(1)) with { Level = LogSeverity.Error }));
        Assert.True(filter.IsPast(Line("x", Noon.AddMinutes(1))));
        Assert.False(filter.Passes(Line("x", Noon)));
    }

    [Fact]
    public void Every_fault_of_a_query_is_named()
    {
        var faults = LogFilter.Of(new() { Tail = -1, Follow = true, Previous = true, Until = Noon, Since = Noon.AddHours(1), Search = new string('x', 501) }).Error!.Fields;
        Assert.Equal(["previous", "search", "tail", "until", "until"], faults.Select(fault => fault.Path).Order(StringComparer.Ordinal));
        Assert.Equal("search", Assert.Single(LogFilter.Of(new() { Search = "(a)\\1", Pattern = true }).Error!.Fields).Path);
        Assert.Equal("search", Assert.Single(LogFilter.Of(new() { Search = "(", Pattern = true }).Error!.Fields).Path);
    }

    [Fact]
    public void Of_many_the_newest_are_kept_within_their_number_and_a_length_over_all()
    {
        var budget = new NewestLines.Budget(100);
        var (one, other) = (new NewestLines(3, budget), new NewestLines(1000, budget));
        for (var index = 0; index < 10; index++) one.Add(Line($"{index}"));
        Assert.Equal(["7", "8", "9"], one.Lines.Select(line => line.Text));
        Assert.False(one.IsCut);
        for (var index = 0; index < 50; index++) other.Add(Line("0123456789"));
        Assert.True(other.IsCut);
        Assert.InRange(other.Lines.Count, 1, 10);
    }

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static LogFilter Filter(LogQuery query) => LogFilter.Of(query).Value!;

    private static LogLine Line(string text, DateTimeOffset? at = null) => new("hello-web-1", "web", at, text);
}
