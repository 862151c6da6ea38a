namespace Portal.Core.Volumes;

/// <summary>A volume of an environment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="App">The app it belongs or belonged to.</param>
/// <param name="Name">Its name in the app's declaration.</param>
/// <param name="Size">Its size as declared.</param>
/// <param name="Claim">The PersistentVolumeClaim that stands for it in the namespace.</param>
/// <param name="InUse">Whether the app's newest release declares it.</param>
/// <param name="KeptUntil">When its data goes, for one that is no longer declared. Declaring it again before then brings the data back.</param>
/// <param name="CreatedAt">When it was first declared.</param>
public sealed record VolumeView(Guid Id, string App, string Name, string Size, string Claim, bool InUse, DateTimeOffset? KeptUntil, DateTimeOffset CreatedAt);
