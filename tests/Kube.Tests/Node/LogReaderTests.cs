using System.Text;
using Kube.Node.Streaming;
using Xunit;

namespace Kube.Tests.Node;

public sealed class LogReaderTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose()
    {
        File.Delete(_file);
        File.Delete(_file + ".1");
    }

    [Fact]
    public async Task Partial_entries_are_joined_and_nothing_but_the_text_remains()
    {
        Write("2026-01-01T00:00:00.1Z stdout P abc", "2026-01-01T00:00:00.1Z stdout F def", "2026-01-01T00:00:01Z stderr F ", "2026-01-01T00:00:02Z stdout F a b");
        Assert.Equal("abcdef\n\na b\n", await ReadAsync(new LogRequest(false, null, null, false, null)));
    }

    [Fact]
    public async Task Timestamps_stand_once_before_each_line()
    {
        Write("2026-01-01T00:00:00.1Z stdout P abc", "2026-01-01T00:00:00.2Z stdout F def");
        Assert.Equal("2026-01-01T00:00:00.1Z abcdef\n", await ReadAsync(new LogRequest(false, null, null, true, null)));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "l8\nl9\n")]
    [InlineData(100, "r0\nr1\nl0\nl1\nl2\nl3\nl4\nl5\nl6\nl7\nl8\nl9\n")]
    [InlineData(11, "r1\nl0\nl1\nl2\nl3\nl4\nl5\nl6\nl7\nl8\nl9\n")]
    public async Task The_tail_reaches_into_the_rotated_file_when_it_must(int lines, string expected)
    {
        await File.WriteAllLinesAsync(_file + ".1", Enumerable.Range(0, 2).Select(i => $"2026-01-01T00:00:00Z stdout F r{i}"));
        Write([.. Enumerable.Range(0, 10).Select(i => $"2026-01-01T00:00:{i + 10}Z stdout F l{i}")]);
        Assert.Equal(expected, await ReadAsync(new LogRequest(false, lines, null, false, null)));
    }

    [Fact]
    public async Task Only_entries_since_a_time_and_only_so_many_bytes_are_sent()
    {
        Write([.. Enumerable.Range(0, 5).Select(i => $"2026-01-01T00:00:0{i}.5Z stdout F l{i}")]);
        Assert.Equal("l3\nl4\n", await ReadAsync(new LogRequest(false, null, new DateTimeOffset(2026, 1, 1, 0, 0, 3, TimeSpan.Zero), false, null)));
        Assert.Equal("l0\nl", await ReadAsync(new LogRequest(false, null, null, false, 4)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("word")]
    [InlineData("2026-01-01T00:00:00Z stdout")]
    [InlineData(" stdout F text")]
    public void What_is_no_entry_is_recognised(string text) => Assert.False(LogLine.TryParse(Encoding.UTF8.GetBytes(text), out _));

    private void Write(params string[] lines) => File.WriteAllLines(_file, lines);

    private async Task<string> ReadAsync(LogRequest request)
    {
        using var output = new MemoryStream();
        await new LogReader(TimeProvider.System).CopyAsync(_file, request, _ => Task.FromResult(false), output, LogRedactor.None, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
