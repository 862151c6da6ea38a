namespace Portal.Web.Ui;

/// <summary>Element ids that are unique within the process, so that two circuits or two panels never share one.</summary>
internal static class Ids
{
    private static long _last;

    public static string Next(string prefix) => $"{prefix}-{Interlocked.Increment(ref _last)}";
}
