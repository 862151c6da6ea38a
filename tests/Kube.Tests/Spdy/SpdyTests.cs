using System.Text;
using Kube.Machinery.Spdy;
using Xunit;

namespace Kube.Tests.Spdy;

public sealed class SpdyTests
{
    // Two header blocks of one connection as zlib itself compresses them with SPDY's dictionary; the second refers to the first.
    private const string FirstBlock = "78f9e3c6a7c202e50e703a2b294a4dcc851625acc525c03c81a58ce142380e000000ffff";
    private const string SecondBlock = "c2aa1198d453f2c12538b0402f02d31606160600000000ffff";

    [Fact]
    public async Task Headers_compressed_with_the_dictionary_are_read()
    {
        using var reader = new SpdyReader(new MemoryStream([.. SynStream(1, FirstBlock), .. SynStream(3, SecondBlock)]));
        var first = (await reader.ReadAsync(TestContext.Current.CancellationToken))!.Value;
        Assert.Equal((SpdyFrameType.SynStream, 1u), (first.Type, first.StreamId));
        Assert.Equal([new("streamtype", "stdin"), new("content-type", "text/plain")], first.Headers);
        var second = (await reader.ReadAsync(TestContext.Current.CancellationToken))!.Value;
        Assert.Equal(3u, second.StreamId);
        Assert.Equal([new("streamtype", "stdout"), new("port", "8080")], second.Headers);
        Assert.Null(await reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_written_is_read_again()
    {
        var ct = TestContext.Current.CancellationToken;
        using var wire = new MemoryStream();
        using var writer = new SpdyWriter(wire);
        await writer.OpenAsync(1, [new("streamtype", "error")], ct);
        await writer.OpenAsync(3, [new("streamtype", "stdin"), new("name", "żółw")], ct);
        await writer.ReplyAsync(2, ct);
        await writer.DataAsync(3, "abc"u8.ToArray(), fin: false, ct);
        await writer.DataAsync(3, default, fin: true, ct);
        await writer.PingAsync(0x80000002, ct);
        await writer.GoAwayAsync(3, ct);
        wire.Position = 0;
        using var reader = new SpdyReader(wire);
        var seen = new List<string>();
        while (await reader.ReadAsync(ct) is { } frame)
            seen.Add($"{frame.Type} {frame.StreamId} {frame.Fin} {Encoding.UTF8.GetString(frame.Data.Span)}{string.Join(',', frame.Headers.Select(h => h.Key + "=" + h.Value))}");
        Assert.Equal(
            ["SynStream 1 False streamtype=error", "SynStream 3 False streamtype=stdin,name=żółw", "SynReply 2 False ", "Data 3 False abc", "Data 3 True ", "Ping 2147483650 False ", "GoAway 3 False "],
            seen);
    }

    [Fact]
    public async Task A_long_data_frame_comes_in_pieces_and_ends_once()
    {
        var ct = TestContext.Current.CancellationToken;
        var data = new byte[1_000_000];
        Random.Shared.NextBytes(data);
        using var wire = new MemoryStream();
        using var writer = new SpdyWriter(wire);
        await writer.DataAsync(5, data, fin: true, ct);
        wire.Position = 0;
        using var reader = new SpdyReader(wire);
        using var got = new MemoryStream();
        var ends = 0;
        while (await reader.ReadAsync(ct) is { } frame)
        {
            Assert.InRange(frame.Data.Length, 1, 72 * 1024);
            got.Write(frame.Data.Span);
            ends += frame.Fin ? 1 : 0;
        }

        Assert.Equal(data, got.ToArray());
        Assert.Equal(1, ends);
    }

    [Theory]
    [InlineData("8002000100000004" + "00000001", "version 2")]
    [InlineData("8003000100ffffff", "longer than")]
    [InlineData("80030001", "within a frame")]
    [InlineData("0000000100000005" + "6162", "within a frame")]
    [InlineData("8003000100000010" + "00000001" + "00000000" + "0000" + "fffffffffffe", "zlib")]
    [InlineData("800300010000000a" + "00000001", "within a frame")]
    [InlineData("8003000100000002" + "0000", "too short")]
    public async Task Bytes_that_are_no_SPDY_are_refused(string wire, string why)
    {
        using var reader = new SpdyReader(new MemoryStream(Convert.FromHexString(wire)));
        var fault = await Assert.ThrowsAsync<SpdyException>(async () =>
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken) is not null)
            {
            }
        });
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_bytes_never_do_worse_than_a_refusal()
    {
        var random = new Random(20261);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = new byte[random.Next(0, 200)];
            random.NextBytes(bytes);
            // Half of them look like a SYN_STREAM with a header block, where the parsing is.
            if (i % 2 == 0)
                bytes = SynStream(1, "78bbe3c6a7c2" + Convert.ToHexString(bytes));
            using var reader = new SpdyReader(new MemoryStream(bytes));
            try
            {
                while (await reader.ReadAsync(TestContext.Current.CancellationToken) is not null)
                {
                }
            }
            catch (SpdyException)
            {
            }
        }
    }

    private static byte[] SynStream(uint id, string block)
    {
        var headers = Convert.FromHexString(block);
        return [0x80, 3, 0, 1, 0, 0, 0, (byte)(10 + headers.Length), 0, 0, 0, (byte)id, 0, 0, 0, 0, 0, 0, .. headers];
    }
}
