namespace Portal.Host.Bridges;

/// <summary>The console's services as the API server's host sees them: absent until the console has been built, which comes after.</summary>
internal sealed class ConsoleServices
{
    private volatile IServiceProvider? _provider;

    /// <summary>Makes the console's services known.</summary>
    public void Connect(IServiceProvider provider) => _provider = provider;

    /// <summary>A service of the console, or null while there is none.</summary>
    public T? Find<T>() where T : class => _provider?.GetService<T>();
}
