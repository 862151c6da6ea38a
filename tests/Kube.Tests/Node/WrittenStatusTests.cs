using Kube.Node.Status;
using Xunit;

namespace Kube.Tests.Node;

public sealed class WrittenStatusTests
{
    private readonly WrittenStatus _written = new();

    [Fact]
    public void What_was_written_is_not_written_again_until_someone_else_writes_over_it()
    {
        Assert.False(_written.Is("ready"));
        _written.Wrote("ready", _written.Mark);
        Assert.True(_written.Is("ready"));
        Assert.False(_written.Is("not ready"));
        _written.Overwritten();
        Assert.False(_written.Is("ready"));
        _written.Wrote("ready", _written.Mark);
        Assert.True(_written.Is("ready"));
    }

    [Fact]
    public void What_is_written_over_before_the_answer_has_come_is_written_again()
    {
        var mark = _written.Mark;
        _written.Overwritten();
        _written.Wrote("ready", mark);
        Assert.False(_written.Is("ready"));
    }
}
