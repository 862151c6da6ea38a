namespace Portal.Core.Previews;

/// <summary>A preview to open or to bring up to date.</summary>
/// <param name="Key">The branch or pull request, for example <c>feature/cart</c> or <c>pr-12</c>; at most 200 characters.</param>
/// <param name="App">The app that shows the change; null when none gets another image.</param>
/// <param name="Image">The image of that app.</param>
/// <param name="Hours">How long it stays from now on, 1 to 720; null for 72.</param>
public sealed record PreviewOrder(string Key, string? App = null, string? Image = null, int? Hours = null);
