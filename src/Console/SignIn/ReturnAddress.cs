namespace Tallystick.Console.SignIn;

/// <summary>Where to go after signing in.</summary>
internal static class ReturnAddress
{
    private const string Home = "/";

    /// <summary>The address if it is a page of the console: anything else could lead to another host.</summary>
    internal static string Of(string? address) =>
        address is not null && address.StartsWith("/org/", StringComparison.Ordinal)
        && !address.Any(character => character == '\\' || char.IsControl(character) || character > '~')
            ? address : Home;
}
