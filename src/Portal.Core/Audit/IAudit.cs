using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Audit;

/// <summary>The audit of a team. All need <see cref="Right.AuditRead"/>.</summary>
public interface IAudit
{
    /// <summary>The acts that pass the filter, newest first.</summary>
    Task<Result<IReadOnlyList<AuditView>>> ListAsync(Actor actor, string team, AuditFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// The whole chain as JSON lines: a head with the public key, then acts and signed checkpoints in their order, each <see langword="string"/> one line without its end.
    /// The head of the chain is signed at this moment, so the file proves that nothing was cut off. The export is an audited act itself. Offline, <c>portal audit verify FILE</c> checks it.
    /// </summary>
    Task<Result<IAsyncEnumerable<string>>> ExportAsync(Actor actor, string team, CancellationToken cancellationToken);

    /// <summary>Walks the team's chain and compares it with its signed checkpoints.</summary>
    Task<Result<AuditVerdict>> VerifyAsync(Actor actor, string team, CancellationToken cancellationToken);

    /// <summary>The public key that checkpoints are signed with: an X.509 SubjectPublicKeyInfo in PEM, ECDSA on P-256.</summary>
    string PublicKey { get; }
}
