namespace Portal.Core.Apps;

/// <summary>A reference to where a process of another app answers.</summary>
/// <param name="App">The other app's name.</param>
/// <param name="Process">The process, <c>web</c> when none is named.</param>
/// <param name="What"><c>host</c>, <c>port</c> or <c>url</c>.</param>
internal sealed record AppReference(string App, string Process, string What);
