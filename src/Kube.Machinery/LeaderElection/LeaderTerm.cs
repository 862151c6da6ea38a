using System.Globalization;

namespace Kube.Machinery.LeaderElection;

/// <summary>
/// One tenure of an elected leader: what it does carries the term, and the API server refuses a write whose term is over. The Lease alone
/// cannot keep two leaders apart, because one that is paused does not notice that its time has run out.
/// </summary>
/// <param name="Namespace">Namespace of the Lease.</param>
/// <param name="Name">Name of the Lease.</param>
/// <param name="Uid">Its <c>metadata.uid</c>.</param>
/// <param name="Transitions">Its <c>spec.leaseTransitions</c> in this tenure; every acquisition raises it.</param>
public sealed record LeaderTerm(string Namespace, string Name, string Uid, int Transitions)
{
    /// <summary>The request header that carries a term, in the form <c>namespace/name/uid/transitions</c>. A precondition like <c>If-Match</c>: it gives no rights.</summary>
    public const string Header = "Portal-Leader-Term";

    private static readonly AsyncLocal<LeaderTerm?> Ambient = new();

    /// <summary>
    /// The term the present flow of work belongs to; null outside of any. It flows into whatever the leader's work starts, so that what is
    /// left over from an earlier tenure keeps that one's term.
    /// </summary>
    public static LeaderTerm? Current => Ambient.Value;

    /// <summary>Begins work in this term.</summary>
    /// <param name="work">Starts it; whatever it awaits or starts belongs to the term.</param>
    public T Run<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var before = Ambient.Value;
        Ambient.Value = this;
        try
        {
            return work();
        }
        finally
        {
            Ambient.Value = before;
        }
    }

    /// <summary>The header's value.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Namespace}/{Name}/{Uid}/{Transitions}");
}
