using System.Globalization;
using System.Text;

namespace Kube.ApiServer.Http;

/// <summary>Where a list goes on: the revision of its snapshot and the last object sent. Opaque to clients.</summary>
/// <param name="Revision">The snapshot's revision; 0 to go on with what there is now, after the snapshot has expired.</param>
/// <param name="Namespace">Namespace of the last object.</param>
/// <param name="Name">Name of the last object.</param>
internal sealed record ListContinuation(long Revision, string Namespace, string Name)
{
    public static ListContinuation? Parse(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return null;
        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(token.Replace('-', '+').Replace('_', '/'))).Split('\n');
            if (parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
                return new ListContinuation(revision, parts[1], parts[2]);
        }
        catch (FormatException)
        {
        }

        throw Refusal.BadRequest("continue key is not valid: the token was not issued by this server");
    }

    public override string ToString() =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Revision}\n{Namespace}\n{Name}"))).Replace('+', '-').Replace('/', '_');
}
