namespace Portal.Identity.SignIn;

/// <summary>Why a sign-in was refused; for the log only, the browser sees one sentence for all.</summary>
internal enum RefusalReason
{
    WrongCredentials,
    LockedOut,
    TooManyAttempts,
}
