using System.Globalization;

namespace Kube.Controllers;

/// <summary>Reads what may be a number or a share, such as <c>2</c> or <c>25%</c>.</summary>
internal static class IntOrPercent
{
    /// <summary>The number meant, of <paramref name="whole"/> when it is a share; 0 when it is neither.</summary>
    public static int Of(string value, int whole, bool up)
    {
        if (!value.EndsWith('%'))
        {
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }

        var share = int.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? (long)percent * whole : 0;
        return (int)(up ? (share + 99) / 100 : share / 100);
    }
}
