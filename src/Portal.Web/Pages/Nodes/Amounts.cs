using System.Globalization;

namespace Portal.Web.Pages.Nodes;

/// <summary>Processor and memory in the short words of the field.</summary>
internal static class Amounts
{
    /// <summary>Thousandths of a core as cores: 250 is 0.25.</summary>
    public static string Cores(long millis) => (millis / 1000m).ToString(millis % 1000 == 0 ? "0" : "0.##", CultureInfo.InvariantCulture);

    /// <summary>Bytes in binary units.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 40 => Of(bytes, 40, "TiB"),
        >= 1L << 30 => Of(bytes, 30, "GiB"),
        >= 1L << 20 => Of(bytes, 20, "MiB"),
        >= 1L << 10 => Of(bytes, 10, "KiB"),
        _ => $"{bytes} B",
    };

    /// <summary>A share of a whole in percent; 0 of nothing.</summary>
    public static int Percent(long part, long whole) => whole <= 0 ? 0 : (int)Math.Round(100.0 * part / whole);

    private static string Of(long bytes, int shift, string unit) => $"{(bytes / (double)(1L << shift)).ToString("0.#", CultureInfo.InvariantCulture)} {unit}";
}
