using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

/// <summary>Lets the actor in everywhere with one role, or answers with one error.</summary>
internal sealed class FakeAuthorizer : IAuthorizer
{
    public Role Role { get; set; } = Role.Owner;
    public bool Protected { get; set; }
    public Error? Error { get; set; }

    public Task<Result<Access>> AuthorizeAsync(Actor actor, Right right, ScopeRef scope, CancellationToken cancellationToken)
    {
        if (Error is not null) return Task.FromResult<Result<Access>>(Error);
        return Task.FromResult<Result<Access>>(new Access(actor, scope, TenantContext.ForTeam(Guid.NewGuid()), Role, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Protected));
    }
}
