using Tallystick.Printing;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Hosting;

/// <summary>Reads the font files that <c>TALLYSTICK_FONTS</c> names.</summary>
internal static class FontSettings
{
    internal const string Name = "TALLYSTICK_FONTS";

    private const int MaxLength = 64 * 1024 * 1024;

    /// <summary>The fonts of invoices, read at once if the operator names some.</summary>
    /// <exception cref="StoreUnavailableException">A file cannot be used; the message names it.</exception>
    internal static Lazy<InvoiceFonts> Of(IConfiguration configuration)
    {
        var fonts = new Lazy<InvoiceFonts>(() => Read(configuration));
        if (Paths(configuration).Length > 0)
            _ = fonts.Value;
        return fonts;
    }

    private static InvoiceFonts Read(IConfiguration configuration)
    {
        try
        {
            return new InvoiceFonts(
                [.. Paths(configuration).Select(path => (path, ReadFile(path)))]);
        }
        catch (FormatException fault)
        {
            throw new StoreUnavailableException($"{Name}: {fault.Message}.", fault);
        }
    }

    private static string[] Paths(IConfiguration configuration) => (configuration[Name] ?? "").Split(
        Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static byte[] ReadFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Length <= MaxLength
                ? File.ReadAllBytes(path)
                : throw new FormatException($"The font {path} is larger than 64 MiB");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FormatException($"The font {path} cannot be read: {fault.Message}", fault);
        }
    }
}
