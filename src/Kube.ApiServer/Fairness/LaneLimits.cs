namespace Kube.ApiServer.Fairness;

/// <summary>How much of the server one lane may take.</summary>
/// <param name="Seats">Requests worked on at once.</param>
/// <param name="SeatsPerFlow">Of these at most so many for one flow, so that slow requests of one leave room for others.</param>
/// <param name="Waiting">Requests that may wait.</param>
/// <param name="WaitingPerFlow">Of these at most so many of one flow.</param>
/// <param name="LongestWait">After that a waiting request is refused.</param>
internal sealed record LaneLimits(int Seats, int SeatsPerFlow, int Waiting, int WaitingPerFlow, TimeSpan LongestWait);
