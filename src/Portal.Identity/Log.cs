using Microsoft.Extensions.Logging;

namespace Portal.Identity;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "Set-up is open; the one-time code is in {Path}")]
    public static partial void SetupOpen(this ILogger logger, string path);

    [LoggerMessage(3002, LogLevel.Information, "The first platform administrator {UserId} was created; the set-up code is spent")]
    public static partial void SetupUsed(this ILogger logger, Guid userId);

    [LoggerMessage(3003, LogLevel.Warning, "A wrong set-up code was refused from {Peer}")]
    public static partial void SetupRefused(this ILogger logger, string? peer);

    [LoggerMessage(3004, LogLevel.Information, "Account {UserId} signed in, session {SessionId}")]
    public static partial void SignedIn(this ILogger logger, Guid userId, Guid sessionId);

    [LoggerMessage(3005, LogLevel.Warning, "A sign-in from {Peer} was refused: {Reason}")]
    public static partial void SignInRefused(this ILogger logger, string? peer, SignIn.RefusalReason reason);

    [LoggerMessage(3006, LogLevel.Information, "{Count} session(s) of account {UserId} were ended")]
    public static partial void SessionsEnded(this ILogger logger, int count, Guid userId);

    [LoggerMessage(3007, LogLevel.Information, "API token {TokenId} of account {UserId} was created")]
    public static partial void ApiTokenCreated(this ILogger logger, Guid tokenId, Guid userId);

    [LoggerMessage(3008, LogLevel.Information, "API token {TokenId} was revoked")]
    public static partial void ApiTokenRevoked(this ILogger logger, Guid tokenId);

    [LoggerMessage(3009, LogLevel.Warning, "A {Method} request to {Path} was refused: its origin is foreign")]
    public static partial void ForeignOrigin(this ILogger logger, string method, string path);

    [LoggerMessage(3010, LogLevel.Error, "Expired sessions and tokens could not be removed; the next attempt follows in an hour")]
    public static partial void PruneFailed(this ILogger logger, Exception error);

    [LoggerMessage(3011, LogLevel.Information, "Account {UserId} was created")]
    public static partial void AccountCreated(this ILogger logger, Guid userId);
}
