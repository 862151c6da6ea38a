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
        using var reader = new StreamReader(new MemoryStream([.. Enumerable.Repeat((byte)'x', 1_000_000), (byte)'\n', (byte)'y']));
        Assert.InRange((await BoundedLines.ReadAsync(reader, default))!.Length, LogText.MaxLength, LogText.MaxLength + 100);
        Assert.Equal("y", await BoundedLines.ReadAsync(reader, default));
        Assert.Null(await BoundedLines.ReadAsync(reader, default));
    }
}
