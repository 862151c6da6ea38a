using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Portal.Core.Members;

/// <summary>Who may do what: the one table that pages, REST, streams and jobs decide by. A right without a row is denied to every role.</summary>
public static class RoleTable
{
    private const Grant Y = Grant.Yes;
    private const Grant N = Grant.No;
    private const Grant P = Grant.NotProtected;

#pragma warning disable format // A table is read in columns.
    private static readonly FrozenDictionary<Right, ImmutableArray<Grant>> Rows = new Dictionary<Right, ImmutableArray<Grant>>
    {
        // Columns in the order of Role:    Own Adm Mnt Dev Dep Sup Vie Aud
        [Right.AppView] =                  [Y,  Y,  Y,  Y,  Y,  Y,  Y,  Y],
        [Right.LogsRead] =                 [Y,  Y,  Y,  Y,  Y,  Y,  N,  N],
        [Right.MetricsRead] =              [Y,  Y,  Y,  Y,  Y,  Y,  Y,  N],
        [Right.Plan] =                     [Y,  Y,  Y,  Y,  Y,  N,  N,  N],
        [Right.Deploy] =                   [Y,  Y,  Y,  P,  Y,  N,  N,  N],
        [Right.Restart] =                  [Y,  Y,  Y,  Y,  Y,  Y,  N,  N],
        [Right.Scale] =                    [Y,  Y,  Y,  P,  N,  Y,  N,  N],
        [Right.ConfigWrite] =              [Y,  Y,  Y,  P,  N,  N,  N,  N],
        [Right.SecretWrite] =              [Y,  Y,  Y,  P,  N,  N,  N,  N],
        [Right.SecretReveal] =             [Y,  N,  Y,  N,  N,  N,  N,  N],
        [Right.Exec] =                     [Y,  N,  Y,  P,  N,  N,  N,  N],
        [Right.DomainManage] =             [Y,  Y,  Y,  N,  N,  N,  N,  N],
        [Right.VolumeDelete] =             [Y,  Y,  Y,  N,  N,  N,  N,  N],
        [Right.AppDelete] =                [Y,  Y,  Y,  N,  N,  N,  N,  N],
        [Right.Approve] =                  [Y,  Y,  Y,  N,  N,  N,  N,  N],
        [Right.WebhookManage] =            [Y,  Y,  Y,  N,  N,  N,  N,  N],
        [Right.TokenCreate] =              [Y,  Y,  Y,  N,  N,  N,  N,  N],
        [Right.MembersManage] =            [Y,  Y,  N,  N,  N,  N,  N,  N],
        [Right.ProjectManage] =            [Y,  Y,  Y,  N,  N,  N,  N,  N],
        [Right.QuotaRequest] =             [Y,  Y,  N,  N,  N,  N,  N,  N],
        [Right.AuditRead] =                [Y,  Y,  N,  N,  N,  N,  N,  Y],
        [Right.TeamDelete] =               [Y,  N,  N,  N,  N,  N,  N,  N],
        [Right.ClusterManage] =            [Y,  N,  N,  N,  N,  N,  N,  N],
    }.ToFrozenDictionary();
#pragma warning restore format

    /// <summary>The cell for a role and a right.</summary>
    public static Grant Of(Role role, Right right) =>
        Rows.TryGetValue(right, out var row) && (uint)role < (uint)row.Length ? row[(int)role] : Grant.No;

    /// <summary>Whether a role has a right in an environment of the given protection (<see langword="false"/> outside environments).</summary>
    public static bool Allows(Role role, Right right, bool protectedEnvironment) => Of(role, right) switch
    {
        Grant.Yes => true,
        Grant.NotProtected => !protectedEnvironment,
        _ => false,
    };
}
