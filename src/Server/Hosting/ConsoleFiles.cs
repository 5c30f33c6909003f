using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.Extensions.FileProviders;

namespace Tallystick.Server.Hosting;

/// <summary>The files that the console's pages load: styles, scripts and the font.</summary>
/// <remarks>
/// They are found beside the program, by the name of the server: neither the working directory nor the program that
/// hosts it, such as a test, matters.
/// </remarks>
internal static class ConsoleFiles
{
    private const string Server = "Tallystick.Server";

    /// <summary>The list of the files and of the names under which they are served.</summary>
    internal static string Manifest { get; } = Beside($"{Server}.staticwebassets.endpoints.json");

    /// <summary>Finds the files: of a published server in wwwroot, of a built one where the build lists them.</summary>
    internal static void AddTo(WebApplicationBuilder builder)
    {
        var published = Beside("wwwroot");
        if (Directory.Exists(published))
            builder.Environment.WebRootFileProvider = new PhysicalFileProvider(published);
        var built = Beside($"{Server}.staticwebassets.runtime.json");
        if (!File.Exists(built))
            return;
        builder.Configuration[WebHostDefaults.StaticWebAssetsKey] = built;
        // Otherwise a built server compares each file with its source, and browsers may not keep any.
        builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);
    }

    /// <summary>Maps them, compressed and with a name that changes with the content.</summary>
    internal static void Map(WebApplication app) => app.MapStaticAssets(Manifest);

    private static string Beside(string name) => Path.Combine(AppContext.BaseDirectory, name);
}
