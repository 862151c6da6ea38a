using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeMembers : IMembers
{
    public List<MemberView> All { get; } = [new(Place.Me, "ada@example.com", Role.Owner, Place.Now.AddDays(-90)), new(Guid.NewGuid(), "grace@example.com", Role.Developer, Place.Now.AddDays(-30))];
    public Error? Refusal { get; set; }

    public Task<Result<IReadOnlyList<MemberView>>> ListAsync(Actor actor, string team, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<MemberView>>.Ok([.. All]));

    public Task<Result<MemberView>> AddAsync(Actor actor, string team, string email, Role role, CancellationToken cancellationToken)
    {
        if (Refusal is not null) return Task.FromResult<Result<MemberView>>(Refusal);
        All.Add(new(Guid.NewGuid(), email, role, Place.Now));
        return Task.FromResult<Result<MemberView>>(All[^1]);
    }

    public Task<Result<MemberView>> ChangeRoleAsync(Actor actor, string team, Guid userId, Role role, CancellationToken cancellationToken)
    {
        if (Refusal is not null) return Task.FromResult<Result<MemberView>>(Refusal);
        var index = All.FindIndex(member => member.UserId == userId);
        All[index] = All[index] with { Role = role };
        return Task.FromResult<Result<MemberView>>(All[index]);
    }

    public Task<Result<Unit>> RemoveAsync(Actor actor, string team, Guid userId, CancellationToken cancellationToken)
    {
        if (Refusal is not null) return Task.FromResult<Result<Unit>>(Refusal);
        All.RemoveAll(member => member.UserId == userId);
        return Task.FromResult<Result<Unit>>(Unit.Value);
    }
}
