namespace Testing;

/// <summary>The checkout the tests run in.</summary>
public static class Repository
{
    private static readonly string Root = Find();

    /// <summary>kubectl 1.32.</summary>
    public static string Kubectl => Tool("kubectl");

    /// <summary>A program as tests/install puts it, else the one on PATH.</summary>
    public static string Tool(string name) => File.Exists(Path("tests/.tools/" + name)) ? Path("tests/.tools/" + name) : name;

    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "Portal.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException("Portal.sln was not found above " + AppContext.BaseDirectory);
    }
}
