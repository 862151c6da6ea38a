using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Simulation.Tests.Engine;

/// <summary>What happened, in order. Two runs of one seed are the same when their hashes are.</summary>
internal sealed class Trace(SimulatedTime time, TextWriter? output) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Lines so far.</summary>
    public long Count { get; private set; }

    /// <summary>The hash of all lines so far, in hexadecimal.</summary>
    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash().AsSpan(0, 8));

    /// <summary>Notes what happened now.</summary>
    public void Add(string line)
    {
        var whole = string.Create(CultureInfo.InvariantCulture, $"{time.Elapsed.TotalSeconds:0.000000} {line}");
        Count++;
        _hash.AppendData(Encoding.UTF8.GetBytes(whole));
        output?.WriteLine(whole);
    }

    /// <summary>Notes what is for people only.</summary>
    public void Remark(string line) => output?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.Elapsed.TotalSeconds:0.000000}   # {line}"));

    public void Dispose() => _hash.Dispose();
}
