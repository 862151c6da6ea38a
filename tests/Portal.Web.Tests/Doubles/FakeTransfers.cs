using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Core.Transfers;

namespace Portal.Web.Tests.Doubles;

/// <summary>A file of one app with one secret, which has to be given.</summary>
internal sealed class FakeTransfers : ITransfers
{
    private const string Secret = "staging/hello/API_KEY";

    public List<ImportOrder> Imported { get; } = [];

    public Error? Refusal { get; set; }

    public Task<Result<string>> ExportAsync(Actor actor, string team, string project, bool withMembers, CancellationToken cancellationToken) => Task.FromResult(Result<string>.Ok("kind: Project\n"));

    public Task<Result<ImportView>> PlanAsync(Actor actor, string team, ImportOrder order, CancellationToken cancellationToken)
    {
        if (Refusal is not null) return Task.FromResult<Result<ImportView>>(Refusal);
        if (!order.Secrets.ContainsKey(Secret)) return Task.FromResult<Result<ImportView>>(Error.Invalid("secrets." + Secret, "It has no value here yet, and the file holds none: give one."));
        return Task.FromResult<Result<ImportView>>(new ImportView("plan-1", order.Project ?? "shop",
        [
            new("Project", order.Project ?? "shop", Portal.Core.Plan.ChangeKind.Create, []), new("App", "staging/hello", Portal.Core.Plan.ChangeKind.Create, [new("spec.image", null, "\"hello:1\"")]),
        ]));
    }

    public async Task<Result<ImportView>> ImportAsync(Actor actor, string team, ImportOrder order, string? planId, CancellationToken cancellationToken)
    {
        Imported.Add(order);
        return planId == "plan-1" ? await PlanAsync(actor, team, order, cancellationToken) : Error.Conflict("The plan is stale.");
    }
}
