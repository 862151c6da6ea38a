namespace Portal.Core.Apps.Documents;

/// <summary>A scalar as written. <paramref name="IsText"/> is true for what can only be text (quoted YAML, JSON strings), false for what may be a number, a boolean or null.</summary>
internal sealed record ScalarNode(string Text, bool IsText, int? Line) : DocumentNode(Line)
{
    /// <summary>Whether it is YAML's or JSON's null.</summary>
    public bool IsNull => !IsText && Text is "" or "~" or "null" or "Null" or "NULL";
}
