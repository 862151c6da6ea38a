namespace Portal.Web.Tests.States;

/// <summary>The states that every page owes its reader.</summary>
public enum PageState
{
    /// <summary>Nothing is known yet: a skeleton, no layout shift.</summary>
    Loading,

    /// <summary>There is nothing yet: one sentence and the way to the first thing.</summary>
    EmptyFirstUse,

    /// <summary>The filter hides everything: it is named and can be cleared.</summary>
    EmptyFiltered,

    /// <summary>It could not be loaded: what, under which reference, and Retry.</summary>
    Error,

    /// <summary>Updates stopped: the last good data stays, with its time.</summary>
    Stale,

    /// <summary>The role does not allow a change: the control is there, disabled, and says why.</summary>
    Forbidden,

    /// <summary>The place is gone or foreign: both read the same.</summary>
    Missing,

    /// <summary>One part fails: the rest of the page lives.</summary>
    Partial,
}
