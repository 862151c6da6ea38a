namespace Portal.Web.Ui;

/// <summary>One step of a <see cref="ProgressStepper"/>.</summary>
/// <param name="Title">Its word.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Detail">A few words below; null for none.</param>
public sealed record Step(string Title, StepState State, string? Detail = null);
