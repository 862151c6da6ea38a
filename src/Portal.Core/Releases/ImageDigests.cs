namespace Portal.Core.Releases;

/// <summary>Images by the digest that instances were seen to run, which stays the same when a tag moves on.</summary>
internal static class ImageDigests
{
    /// <summary>
    /// The image by digest where it is known: <c>registry/shop:1</c> seen as <c>registry/shop@sha256:…</c> becomes the latter. An image that was imported into a node has no
    /// digest a registry would know; it keeps its tag.
    /// </summary>
    public static string Pinned(string image, string? digest)
    {
        if (image.Contains('@', StringComparison.Ordinal) || digest?.IndexOf("@sha256:", StringComparison.Ordinal) is not (> 0 and var at)) return image;
        return Apps.Grammar.IsImage(digest) && Repository(image).EndsWith(digest[..at].Split('/')[^1], StringComparison.Ordinal) ? digest : image;
    }

    // "host:5000/shop/web:1" is host:5000/shop/web.
    private static string Repository(string image)
    {
        var colon = image.LastIndexOf(':');
        return colon > image.LastIndexOf('/') ? image[..colon] : image;
    }
}
