using Bunit;
using Microsoft.AspNetCore.Components;
using Portal.Core.Members;

namespace Integration.Tests.Pages;

/// <summary>One row: a handler of the console, what it demands, and how a person sets it off.</summary>
/// <param name="Handler">The handler as <see cref="PageHandlers"/> names it: <c>Component.Method</c>.</param>
/// <param name="UseCases">The use cases it reaches, comma separated; <see cref="PageHandlers"/> says them, and the table must agree.</param>
/// <param name="Rights">All the rights it takes.</param>
/// <param name="Address">The address of its page; <c>{Team}</c>, <c>{Other}</c> stand for the place's names.</param>
internal sealed record PageAction(string Handler, string UseCases, Right[] Rights, string Address)
{
    /// <summary>What a person does first, such as opening a dialog: nothing of it changes anything.</summary>
    public Func<IRenderedComponent<IComponent>, Place, Task> Open { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>The act itself.</summary>
    public required Func<IRenderedComponent<IComponent>, Place, Task> Act { get; init; }

    /// <summary>The table in which an allowed act changes rows, or null when it only reads.</summary>
    public string? Changes { get; init; }

    /// <summary>What an allowed act shows.</summary>
    public string? Shows { get; init; }

    /// <summary>The right its control is drawn by, where the use case itself asks for less: looking at what a rollback would change.</summary>
    public Right? Control { get; init; }

    /// <summary>Whether it needs a team without projects.</summary>
    public bool Bare { get; init; }

    /// <summary>Whether a refusal leaves things as they are without a word: menus, which just stay empty.</summary>
    public bool Silent { get; init; }

    /// <summary>Whether it belongs to the account rather than to a team.</summary>
    public bool OfAccount => Rights is [Right.Account];

    public bool Allows(Role role) => OfAccount || Rights.Concat(Control is { } control ? [control] : Array.Empty<Right>()).All(right => RoleTable.Allows(role, right, protectedEnvironment: false));
}
