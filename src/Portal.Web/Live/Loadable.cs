using Portal.Core.Results;

namespace Portal.Web.Live;

/// <summary>What a page asked for and how the asking stands. A failed reload keeps the last good value, so that a page never goes blank.</summary>
/// <typeparam name="T">What is asked for.</typeparam>
public sealed class Loadable<T> where T : class
{
    /// <summary>The last good answer, or null when there was none yet.</summary>
    public T? Value { get; private set; }

    /// <summary>Why the latest asking failed, or null when it did not.</summary>
    public Error? Error { get; private set; }

    /// <summary>When <see cref="Value"/> was answered.</summary>
    public DateTimeOffset? AsOf { get; private set; }

    /// <summary>Whether there is neither an answer nor a failure yet.</summary>
    public bool IsLoading => Value is null && Error is null;

    /// <summary>Takes an answer.</summary>
    public void Set(Result<T> result, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(result);
        Error = result.Error;
        if (!result.IsOk) return;
        (Value, AsOf) = (result.Value, at);
    }

    /// <summary>Forgets everything: the page now shows something else.</summary>
    public void Clear() => (Value, Error, AsOf) = (null, null, null);
}
