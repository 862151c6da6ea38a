namespace Portal.Web.Ui;

/// <summary>Where one step of a <see cref="ProgressStepper"/> stands.</summary>
public enum StepState { Pending, Current, Done, Failed }
