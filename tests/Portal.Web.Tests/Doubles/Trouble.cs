namespace Portal.Web.Tests.Doubles;

/// <summary>What befalls every use case of a circuit at once, over whatever its double would answer.</summary>
internal sealed class Trouble
{
    /// <summary>Use cases answer as their doubles do.</summary>
    public bool IsOver => !NeverAnswers && Error is null;

    /// <summary>No call is answered any more.</summary>
    public bool NeverAnswers { get; set; }

    /// <summary>Every call is answered with this.</summary>
    public Portal.Core.Results.Error? Error { get; set; }
}
