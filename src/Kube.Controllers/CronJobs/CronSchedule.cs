using System.Buffers;
using System.Globalization;
using Cronos;

namespace Kube.Controllers.CronJobs;

/// <summary>
/// When a cron job runs: five fields, a macro such as <c>@daily</c>, or <c>@every 1h30m</c>
/// (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax).
/// </summary>
internal sealed class CronSchedule
{
    private const string Every = "@every ";
    private const int MostMissed = 100;
    private static readonly SearchValues<char> NumberParts = SearchValues.Create("0123456789.");
    private readonly CronExpression[] _expressions;
    private readonly TimeSpan _every;

    private CronSchedule(CronExpression[] expressions, TimeSpan every) => (_expressions, _every) = (expressions, every);

    /// <exception cref="FormatException">The text is no schedule; the message says why.</exception>
    public static CronSchedule Parse(string text)
    {
        text = text.Trim();
        if (text.StartsWith(Every, StringComparison.Ordinal))
        {
            return new CronSchedule([], Duration(text[Every.Length..]));
        }

        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5 || IsAny(fields[2]) || IsAny(fields[4]))
        {
            return new CronSchedule([CronExpression.Parse(text)], default);
        }

        // Cron's rule, which the library does not share: a day matches when its date or its weekday does.
        return new CronSchedule(
            [
                CronExpression.Parse($"{fields[0]} {fields[1]} {fields[2]} {fields[3]} *"),
                CronExpression.Parse($"{fields[0]} {fields[1]} * {fields[3]} {fields[4]}"),
            ],
            default);
    }

    /// <summary>The first time after one; null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone) =>
        _every > TimeSpan.Zero
            ? new DateTimeOffset(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond), after.Offset) + _every
            : _expressions.Select(e => e.GetNextOccurrence(after, zone)).Min();

    /// <summary>The last time after one and not after another, and whether there are so many between that something must be wrong.</summary>
    public (DateTimeOffset? Last, bool TooMany) LastMissed(DateTimeOffset after, DateTimeOffset now, TimeZoneInfo zone)
    {
        DateTimeOffset? last = null;
        for (var missed = 0; missed <= MostMissed; missed++)
        {
            if (Next(last ?? after, zone) is not { } next || next > now)
            {
                return (last, false);
            }

            last = next;
        }

        if (_every > TimeSpan.Zero)
        {
            return (last + (_every * Math.Floor((now - last!.Value) / _every)), true);
        }

        // Looks back from now by ever larger steps: years of missed minutes are not walked through.
        for (var window = TimeSpan.FromMinutes(1); ; window *= 2)
        {
            if (LastWithin(now - window > after ? now - window : after, now, zone) is { } found)
            {
                return (found, true);
            }
        }
    }

    private DateTimeOffset? LastWithin(DateTimeOffset after, DateTimeOffset now, TimeZoneInfo zone)
    {
        DateTimeOffset? last = null;
        while (Next(last ?? after, zone) is { } next && next <= now)
        {
            last = next;
        }

        return last;
    }

    private static bool IsAny(string field) => field is "*" or "?";

    // "1h30m", "90s", "1.5h".
    private static TimeSpan Duration(string text)
    {
        var total = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(NumberParts);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                throw new FormatException($"{text} is no duration");
            }

            var end = rest[digits..].IndexOfAny(NumberParts);
            var unit = end < 0 ? rest[digits..] : rest.Slice(digits, end);
            total += unit switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                _ => throw new FormatException($"{text} is no duration"),
            };
            rest = end < 0 ? [] : rest[(digits + end)..];
        }

        return total >= TimeSpan.FromSeconds(1) ? total : throw new FormatException($"{text} is less than a second");
    }
}
