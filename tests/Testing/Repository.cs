namespace Tallystick.Testing;

/// <summary>Where the files of the repository are.</summary>
public static class Repository
{
    /// <summary>The checkout that the tests were built from.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Files that stand beside the checkout where they are to be had: the published contract, real input.
    /// </summary>
    public static string Shared { get; } = Path.Combine(Root, "..", "shared");

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(
            AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Tallystick.slnx")))
                return directory.FullName;
        }
        throw new InvalidOperationException("The tests run outside of their repository.");
    }
}
