using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeLogs : ILogs
{
    public List<string> Unprotected { get; } = [];

    public Task<Result<IAsyncEnumerable<LogLine>>> ReadAsync(Actor actor, ScopeRef app, LogQuery query, CancellationToken cancellationToken) =>
        Task.FromResult(Result<IAsyncEnumerable<LogLine>>.Ok(AsyncEnumerable.Empty<LogLine>()));

    public Task<Result<LogProtection>> ProtectionAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        Task.FromResult<Result<LogProtection>>(new LogProtection(["node-1", .. Unprotected], [.. Unprotected]));
}
