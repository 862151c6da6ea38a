namespace Integration.Tests.Storage.Histories;

/// <summary>A change as the database kept it.</summary>
internal sealed record LogRow(long Revision, string Key, bool IsDelete);
