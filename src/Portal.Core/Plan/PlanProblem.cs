namespace Portal.Core.Plan;

/// <summary>What would keep a plan from being carried out.</summary>
/// <param name="Subject">What it is about: an object as <c>Deployment hello-web</c>, or <c>quota</c> for the team's.</param>
/// <param name="Message">What is wrong and, where it is known, how much is missing.</param>
public sealed record PlanProblem(string Subject, string Message);
