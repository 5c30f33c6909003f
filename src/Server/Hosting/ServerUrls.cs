namespace Tallystick.Server.Hosting;

/// <summary>Addresses to listen on.</summary>
internal static class ServerUrls
{
    /// <summary>True for an address such as <c>http://127.0.0.1:8080</c> or <c>https://*:443</c>.</summary>
    internal static bool IsUrl(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme is "http" or "https" && address.Host.Length > 0 && address.Port is >= 0 and <= 65535
                && address.PathBase.Length == 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
