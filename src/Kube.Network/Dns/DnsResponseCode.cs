namespace Kube.Network.Dns;

/// <summary>Response codes this server gives (RFC 1035, 4.1.1).</summary>
internal enum DnsResponseCode
{
    /// <summary>The name exists, with or without records of the type asked.</summary>
    NoError = 0,

    /// <summary>The server cannot say now; ask again.</summary>
    ServerFailure = 2,

    /// <summary>The name does not exist.</summary>
    NameError = 3,

    /// <summary>Not answered here.</summary>
    Refused = 5,
}
