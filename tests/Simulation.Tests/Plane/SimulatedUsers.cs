using Kube.ApiServer.Authentication;

namespace Simulation.Tests.Plane;

/// <summary>A token that says who it is: <c>user|group|group</c>.</summary>
internal sealed class SimulatedUsers : ITokenAuthenticator
{
    public ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, CancellationToken cancellationToken)
    {
        var parts = bearerToken.Split('|');
        return ValueTask.FromResult<UserInfo?>(new UserInfo(parts[0], "", parts[1..], UserInfo.NoExtra));
    }
}
