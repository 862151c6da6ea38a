namespace Portal.Core.Quotas;

/// <summary>Amounts of what a team or a project may have, or has.</summary>
/// <param name="Apps">Apps.</param>
/// <param name="Instances">Instances, at the most of their ranges.</param>
/// <param name="CpuMillis">CPU set aside for them, in thousandths of a core.</param>
/// <param name="MemoryMebibytes">Memory set aside for them, in MiB.</param>
public sealed record QuotaAmounts(int Apps, int Instances, int CpuMillis, int MemoryMebibytes);
